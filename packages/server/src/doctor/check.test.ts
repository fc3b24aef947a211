import { expect, it } from "vitest";
import { CAUSES } from "./causes.js";
import { type Check, examine, one, type Scene } from "./check.js";
import { linesOf, summary } from "./report.js";

const scene = {} as Scene;
const check = (name: string, run: Check["run"], needs: readonly string[] = []): Check => ({
  name,
  about: name,
  needs,
  run,
});

it("leaves out what needs a check that found a fault, and goes on with the rest", async () => {
  const ran: string[] = [];
  const note = (name: string, needs: readonly string[] = []) =>
    check(name, async () => (ran.push(name), { note: "seen" }), needs);
  const all = await examine(
    [check("database", async () => one("database-down", "127.0.0.1")), note("schema", ["database"]), note("machine")],
    scene,
  );
  expect(ran).toEqual(["machine"]);
  expect(all.map(({ state }) => state)).toEqual(["fault", "skipped", "ok"]);
  expect(summary(all)).toBe("1 fault, 0 warnings; 2 checks, 1 left out\n");
});

it("builds on warnings, but does not touch a database that waits for migrations", async () => {
  const later = check("later", async () => ({ note: "seen" }), ["first"]);
  const state = async (first: Check) => (await examine([first, later], scene)).map((each) => each.state);
  expect(await state(check("first", async () => one("disk-low", "1 MiB")))).toEqual(["warning", "ok"]);
  expect(await state(check("first", async () => one("schema-older", "0002")))).toEqual(["warning", "skipped"]);
});

it("tells cause, what was seen and the remedy, with colours on a terminal alone", async () => {
  const [examined] = await examine([check("database", async () => one("database-down", "10.0.0.1:5432"))], scene);
  if (!examined) throw new Error("nothing was examined");
  const { cause, remedy } = CAUSES["database-down"];
  expect(linesOf(examined, false)).toBe(
    `FAULT database     ${cause} (10.0.0.1:5432)\n                   -> ${remedy}\n`,
  );
  expect(linesOf(examined, true)).toContain("\u001b[31m");
  expect(linesOf(examined, false)).not.toContain("\u001b");
});
