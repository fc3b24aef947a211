// The embedded database's promise to the disk, seen from outside with strace; and its lock between two servers.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";
import { kalends, startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const WRITES = 20;

export async function run(_server, checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-sync-"));
  try {
    await lock(folder, checks);
    await trace(folder, checks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A second server on the folder is refused while the first runs, and takes over once that was killed. */
async function lock(folder, checks) {
  const first = await startServer({ folder, keep: true });
  const account = first.account("lena");
  const env = { ...process.env, KALENDS_LISTEN: "127.0.0.1:0" };
  const second = spawnSync(process.execPath, [kalends, "serve"], { cwd: folder, env, encoding: "utf8" });
  const lines = second.stderr.trim().split("\n");
  checks.ok("a second server on the folder ends with status 1", second.status === 1, second.status);
  checks.ok(
    "and one line that names the folder and the process that holds it",
    lines.length === 1 && lines[0].includes(folder) && lines[0].includes(String(first.child.pid)),
    second.stderr,
  );
  const put = (server) =>
    http("PUT", `${server.base}/CalDAV/Calendar/a.ics`, {
      ...account,
      headers: ICS,
      body: event("a@sync", `DTSTART:${at(1)}Z`),
    });
  checks.ok("the first server goes on", (await put(first)).status === 201);
  await first.stop("SIGKILL");
  const left = existsSync(join(folder, "data", "pg.lock"));
  const third = await startServer({ folder, keep: true });
  checks.ok("the lock left by a killed server is taken over", left && (await put(third)).status === 204);
  await third.stop();
  checks.ok("an orderly end takes the lock away", !existsSync(join(folder, "data", "pg.lock")));
}

async function trace(folder, checks) {
  if (!ensure("strace")) return checks.skip("syncs to the disk", "strace cannot be installed");
  const server = await startServer({ folder, keep: true });
  try {
    const file = join(folder, "trace");
    const words = ["-f", "-ttt", "-y", "-e", "trace=fsync,fdatasync", "-o", file, "-p", String(server.child.pid)];
    const tracer = spawn("strace", words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    tracer.stderr.on("data", (data) => {
      said += data;
    });
    const ended = new Promise((resolve) => tracer.once("exit", resolve));
    await until(() => /attached/.test(said) || tracer.exitCode !== null, 10_000, 50);
    if (!/attached/.test(said)) return checks.skip("syncs to the disk", `strace may not look: ${said.trim()}`);
    const spans = await writes(server);
    tracer.kill("SIGINT");
    await ended;
    report(spans, readFileSync(file, "utf8"), checks);
  } finally {
    await server.stop();
  }
}

/** When each write was sent and when its answer came, in seconds since 1970. */
async function writes(server) {
  const account = { user: "lena", password: "pw-lena-0123456789" };
  const spans = [];
  for (let i = 0; i < WRITES; i++) {
    const body = event(`t${i}@sync`, `DTSTART:${at(1)}Z`);
    const sent = Date.now() / 1000;
    const answer = await http("PUT", `${server.base}/CalDAV/Calendar/t${i}.ics`, { ...account, headers: ICS, body });
    if (answer.status !== 201) throw new Error(`PUT answered ${answer.status}`);
    spans.push([sent, Date.now() / 1000]);
  }
  return spans;
}

function report(spans, text, checks) {
  const ofLog = [...text.matchAll(/^\d+ +([\d.]+) f(?:data)?sync\(\d+<[^>]*\/pg_wal\//gm)].map(([, time]) =>
    Number(time),
  );
  const without = spans.filter(([sent, answered]) => !ofLog.some((time) => time >= sent && time <= answered));
  checks.ok(
    `each of ${WRITES} writes synced the log between its request and its answer`,
    without.length === 0,
    `${without.length} without, ${ofLog.length} syncs seen`,
  );
  const failed = text.split("\n").filter((line) => line.includes("= -1"));
  checks.ok("every sync succeeded", failed.length === 0, failed[0]);
  checks.note(`${ofLog.length} syncs of the log for ${WRITES} writes`);
}
