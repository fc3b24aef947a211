import { createServer } from "node:http";
import { expect, it } from "vitest";
import { NotOffered } from "../workloads/verdicts.mjs";
import { measure } from "./closed-loop.mjs";
import { median, percentiles } from "./figures.mjs";
import { statementsIn } from "./kalends-watch.mjs";
import { cpuSeconds, memory } from "./processes.mjs";

async function against(answer, work) {
  const http = createServer((request, reply) => answer(request, reply, server));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server = {
    measuring: false,
    base: `http://127.0.0.1:${http.address().port}`,
    account: { user: "a", password: "b" },
    pids: () => [process.pid],
    ownPids: () => [process.pid],
    watch() {
      server.measuring = true;
      return { stop: async () => ({ statements: 2 }) };
    },
  };
  try {
    return await work(server);
  } finally {
    http.closeAllConnections();
    http.close();
  }
}

const reading = (judge) => ({ prepare: async () => ({ next: () => ({ method: "GET", path: "/" }), judge }) });
const cell = (server, workload) => measure({ server, workload, context: {}, count: 2, seconds: 0.05 });

it("measures a closed loop and asks each answer what it holds", async () => {
  let seen = 0;
  const right = reading((answer) => {
    seen++;
    return answer.body.toString() === "yes" ? null : "no";
  });
  const found = await against(
    (_, answer) => answer.end("yes"),
    (server) => cell(server, right),
  );
  expect(found.wrong).toBeUndefined();
  expect(found.requests).toBeGreaterThan(2);
  expect(seen).toBe(found.requests + 1);
  expect(found.statements).toBe(2);
});

it("finds the one wrong answer among many", async () => {
  let count = 0;
  const right = reading((answer) => (answer.body.toString() === "yes" ? null : "not yes"));
  const odd = (_, answer, { measuring }) => answer.end(measuring && ++count === 3 ? "noo" : "yes");
  const found = await against(odd, (server) => cell(server, right));
  expect(found.wrong).toBe("not yes");
});

it("tells what is not offered from what is wrong", async () => {
  const right = reading(() => null);
  const refused = (_, answer) => answer.writeHead(405).end();
  expect(await against(refused, (server) => cell(server, right))).toEqual({ absent: "status 405" });
  const never = reading(() => {
    throw new NotOffered("no such report");
  });
  expect(
    await against(
      (_, answer) => answer.end(),
      (server) => cell(server, never),
    ),
  ).toEqual({ absent: "no such report" });
});

it("takes medians and percentiles", () => {
  expect(median([3, null, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNull();
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
});

it("counts the statements of the access log", () => {
  expect(statementsIn('{"status":207,"statements":1}\n{"status":201,"statements":4}\n{"msg":"other"}\n')).toBe(2.5);
  expect(statementsIn("")).toBeNull();
});

it("reads processor time and memory of this process", () => {
  expect(cpuSeconds([process.pid])).toBeGreaterThan(0);
  expect(memory([process.pid]).largest).toBeGreaterThan(1024 * 1024);
});
