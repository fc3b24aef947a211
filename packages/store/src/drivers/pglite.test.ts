import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { household } from "../conformance/engines.js";
import { StoreDeadline, StoreIncompatible, StoreInUse, StoreUnavailable } from "../errors.js";
import { coreMigrations, migrate } from "../migrate.js";
import { openDatabase } from "../open.js";
import { sql } from "../sql.js";

const program = (name: string) => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));

let folder: string;
let url: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-store-"));
  url = `embedded:${join(folder, "data")}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const data = (...names: string[]) => join(folder, "data", ...names);

/** Resolves when the writer has had a few writes acknowledged. */
const readyOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split("\n").length > 5) resolve();
    });
    child.once("exit", (code) => reject(new Error(`ended early: ${code}`)));
  });

const prepared = async () => {
  const db = await openDatabase({ url });
  await migrate(db, coreMigrations());
  await household(db, "k");
  await db.close();
};

describe("the embedded database on disk", () => {
  test("what was written is there after closing and opening, in private files", async () => {
    const db = await openDatabase({ url });
    await db.script("create table t (i int)");
    await db.rows(sql`insert into t values (7)`);
    await db.close();
    const again = await openDatabase({ url });
    expect(await again.one(sql`select i from t`)).toEqual({ i: 7 });
    await again.close();
    const open = readdirSync(data(), { recursive: true }).filter((name) => statSync(data(String(name))).mode & 0o077);
    expect(open).toEqual([]);
    expect(statSync(data()).mode & 0o777).toBe(0o700);
  });

  test("a second opening in the same process is refused", async () => {
    const db = await openDatabase({ url });
    await expect(openDatabase({ url })).rejects.toMatchObject({ pid: process.pid, path: data() });
    await db.close();
    await (await openDatabase({ url })).close();
  });

  test("another process is refused while the first runs, and takes over once it was killed", async () => {
    await prepared();
    const holder = spawn(process.execPath, [program("kill-writer.mjs"), url, "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await readyOf(holder);
    const refused = openDatabase({ url });
    await expect(refused).rejects.toThrow(StoreInUse);
    await expect(refused).rejects.toThrow(`in use by process ${holder.pid}`);
    const gone = new Promise((resolve) => holder.once("close", resolve));
    holder.kill("SIGKILL");
    await gone;
    const db = await openDatabase({ url });
    expect(await db.one(sql`select count(*) > 0 as some from object`)).toEqual({ some: true });
    await db.close();
  });

  test.each([
    ["a process number used by another process now", { pid: process.pid, startTime: "1" }],
    ["another boot of the machine", { bootId: "other" }],
  ])("a lock left behind is taken over: %s", async (_, other) => {
    await (await openDatabase({ url })).close();
    const db = await openDatabase({ url });
    const mine = JSON.parse(readFileSync(data("pg.lock"), "utf8")) as object;
    await db.close();
    writeFileSync(data("pg.lock"), JSON.stringify({ ...mine, ...other }));
    await (await openDatabase({ url })).close();
  });

  test("a lock written in another container holds while it is touched", async () => {
    const db = await openDatabase({ url });
    const mine = JSON.parse(readFileSync(data("pg.lock"), "utf8")) as object;
    await db.close();
    writeFileSync(data("pg.lock"), JSON.stringify({ ...mine, pid: 1, space: "pid:[1]" }));
    await expect(openDatabase({ url })).rejects.toThrow(StoreInUse);
  });

  test("a directory of another PostgreSQL version is refused with both versions named", async () => {
    await (await openDatabase({ url })).close();
    writeFileSync(data("pg", "PG_VERSION"), "17\n");
    await expect(openDatabase({ url })).rejects.toThrow(StoreIncompatible);
    await expect(openDatabase({ url })).rejects.toThrow(/PostgreSQL 17.*PostgreSQL 18/s);
  });

  test("a first start that was cut short is begun again", async () => {
    await (await openDatabase({ url })).close();
    spawnSync("mv", [data("pg"), data("pg.new")]);
    rmSync(data("pg.new", "PG_VERSION"));
    const db = await openDatabase({ url });
    expect(await db.one(sql`select 1 as one`)).toEqual({ one: 1 });
    await db.close();
  });

  test("past the deadline the thread is ended and opened again; nothing acknowledged is lost", async () => {
    const db = await openDatabase({ url, deadlineMs: 1500 });
    await db.script("create table t (i int)");
    await db.rows(sql`insert into t values (1)`);
    const slow = db.rows(sql`select count(*) from generate_series(1, 2000000000)`);
    const behind = db.rows(sql`insert into t values (2)`);
    await expect(slow).rejects.toThrow(StoreDeadline);
    await expect(behind).rejects.toThrow(StoreUnavailable);
    await expect(db.rows(sql`select 1`)).rejects.toThrow(StoreUnavailable);
    await vi.waitUntil(async () => (await db.health()).ok, { timeout: 30_000 });
    expect(await db.rows(sql`select i from t`)).toEqual([{ i: 1 }]);
    await db.close();
  });

  test("an internal error opens the database again; nothing acknowledged is lost", async () => {
    const db = await openDatabase({ url });
    await db.script("create table t (i int)");
    await db.rows(sql`insert into t values (1)`);
    const broken = db.rows(sql`do $$ begin raise exception using errcode = 'XX000', message = 'made to fail'; end $$`);
    await expect(broken).rejects.toThrow(StoreUnavailable);
    await vi.waitUntil(async () => (await db.health()).ok, { timeout: 30_000 });
    expect(await db.rows(sql`select i from t`)).toEqual([{ i: 1 }]);
    await db.close();
  });

  test("a transaction whose holder went quiet is ended and lets the others pass", async () => {
    const db = await openDatabase({ url, deadlineMs: 1000 });
    await db.script("create table t (i int)");
    const stuck = db.write(async (tx) => {
      await tx.rows(sql`insert into t values (1)`);
      await new Promise(() => undefined);
    });
    await expect(stuck).rejects.toThrow(StoreDeadline);
    expect(await db.rows(sql`select i from t`)).toEqual([]);
    await db.close();
  });

  test("upkeep clears dead rows and shortens the log", async () => {
    const db = await openDatabase({ url });
    await db.script(
      "create table t (i int, t text); insert into t select i, repeat('x', 500) from generate_series(1, 2000) i",
    );
    for (let i = 0; i < 5; i++) await db.rows(sql`update t set i = i + 1`);
    const size = async () => (await db.one<{ n: number }>(sql`select pg_relation_size('t') as n`))?.n ?? 0;
    const before = await size();
    await db.upkeep();
    for (let i = 0; i < 4; i++) await db.rows(sql`update t set i = i + 1`);
    expect(await size()).toBeLessThanOrEqual(before * 1.1);
    await db.close();
  });
});

describe("reading aside", () => {
  test("sees one moment while others go on writing, and leaves nothing behind", async () => {
    const db = await openDatabase({ url });
    await db.script("create table t (i int)");
    await db.rows(sql`insert into t values (1)`);
    const counted = sql`select count(*) as n from t`;
    let begun: () => void = () => undefined;
    // Others, who know nothing of the reading; it ends only when they are done.
    const others = new Promise<void>((resolve) => (begun = resolve)).then(async () => {
      for (let i = 0; i < 20; i += 1) await db.rows(sql`insert into t values (2)`);
      return db.one(counted);
    });
    const seen = await db.bulk("aside", async (tx) => {
      const before = await tx.one(counted);
      begun();
      expect(await others).toEqual({ n: 21 });
      return [before, await tx.one(counted)];
    });
    expect(seen).toEqual([{ n: 1 }, { n: 1 }]);
    expect(readdirSync(data()).sort()).toEqual(["manifest.json", "pg", "pg.lock"]);
    await expect(db.bulk("aside", (tx) => tx.rows(sql`insert into t values (3)`))).rejects.toThrow(/read-only/);
    expect(await db.one(counted)).toEqual({ n: 21 });
    await db.close();
  });

  test("what a process left behind that ended meanwhile is removed with the next opening", async () => {
    await (await openDatabase({ url })).close();
    mkdirSync(data("pg.aside-1", "base"), { recursive: true });
    await (await openDatabase({ url })).close();
    expect(readdirSync(data()).sort()).toEqual(["manifest.json", "pg"]);
  });
});

const strace = spawnSync("strace", ["-V"]).status === 0;
if (!strace) console.log("no strace here: the proof that each commit is synced to the disk is left out");

test.runIf(strace)("every commit is really synced to the disk", async () => {
  await (await openDatabase({ url })).close();
  const trace = join(folder, "trace");
  const syscalls = "trace=fsync,fdatasync,access,faccessat,faccessat2";
  const run = spawnSync("strace", [
    "-f",
    "-o",
    trace,
    "-e",
    syscalls,
    process.execPath,
    program("commit-twenty.mjs"),
    url,
  ]);
  expect(run.status).toBe(0);
  const lines = readFileSync(trace, "utf8").split("\n");
  const mark = (name: string) => lines.findIndex((line) => line.includes(name));
  expect(mark("/mark-begin")).toBeGreaterThan(-1);
  const between = lines.slice(mark("/mark-begin"), mark("/mark-end"));
  const syncs = between.filter((line) => /\bf(?:data)?sync\(/.test(line)).length;
  expect(syncs).toBeGreaterThanOrEqual(20);
  expect(syncs).toBeLessThanOrEqual(30);
});
