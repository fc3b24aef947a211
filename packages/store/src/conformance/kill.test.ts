import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coreMigrations, migrate } from "../migrate.js";
import { openDatabase } from "../open.js";
import { sql } from "../sql.js";
import { household, ownDatabase, server } from "./engines.js";

// Rounds of the kill test; the full run asks for more.
const rounds = Number(process.env.KALENDS_TEST_KILL_ROUNDS ?? "3");
const writer = fileURLToPath(new URL("../../scripts/kill-writer.mjs", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-kill-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the writer, kills it after some acknowledged writes, and gives the whole lines it printed. */
const killed = (url: string, round: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, url, String(round)], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split("\n").length > 30 + round * 20) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", () => resolve(text.slice(0, text.lastIndexOf("\n")).split("\n").slice(1)));
  });

async function lost(url: string, acknowledged: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const db = await openDatabase({ url });
  const rows = await db.rows<{ name: string; etag: string }>(sql`select name, etag from object`);
  const there = new Map(rows.map((row) => [row.name, row.etag]));
  const state = await db.one(
    sql`select max(o.revision) = (select revision from collection where kind = 'calendar') as agrees from object o`,
  );
  expect(state).toEqual({ agrees: true });
  await db.close();
  const number = (etag = "-1.0.-1") => etag.split(".").map(Number);
  return [...acknowledged].flatMap(([name, etag]) => {
    const [round = 0, , i = 0] = number(etag);
    const [gotRound = -1, , got = -1] = number(there.get(name));
    return gotRound > round || (gotRound === round && got >= i) ? [] : [name];
  });
}

async function survives(url: string): Promise<void> {
  const db = await openDatabase({ url });
  await migrate(db, coreMigrations());
  await household(db, "k");
  await db.close();
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    const lines = await killed(url, round);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const [name = "", etag = ""] = line.split(" ");
      acknowledged.set(name, etag);
    }
    expect(await lost(url, acknowledged)).toEqual([]);
  }
}

const timeout = 60_000 * rounds;
const title = `${rounds} times killed while writing: every acknowledged write is there`;

test(`${title} (pglite)`, { timeout }, () => survives(`embedded:${join(folder, "data")}`));

test.runIf(server)(`${title} (postgres)`, { timeout }, async () => {
  const own = await ownDatabase(server ?? "");
  await survives(own.url);
  await own.drop();
});

test("the packed directory begins a database quickly and without much memory", () => {
  const script = `
    import { openDatabase } from "@kalends/store";
    const db = await openDatabase({ url: ${JSON.stringify(`embedded:${join(folder, "fresh")}`)} });
    await db.close();
    console.log(process.resourceUsage().maxRSS);`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", cwd });
  const mebibytes = Number(run.stdout) / 1024;
  expect(mebibytes).toBeGreaterThan(20);
  expect(mebibytes).toBeLessThan(300);
});
