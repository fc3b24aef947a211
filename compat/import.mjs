// Moving in: 10 000 events by one command, into a running and into a stopped server, and out again.
// COUNT sets another number of events.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bigCalendar, meaning } from "./lib/big-calendar.mjs";
import { command, peakMemory } from "./lib/command.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { measureLatency, toldLatency } from "./lib/latency.mjs";
import { kalends, startServer } from "./lib/server.mjs";
import { syncCollection } from "./lib/sync.mjs";

export const startsItsOwn = true;

const count = Number(process.env.COUNT ?? 10_000);
/** What others may have to wait as a rule while an import runs, in milliseconds. */
const PATIENCE = 200;
/** What nobody should wait, however busy the machine. */
const LONGEST = 5000;

export async function run(_server, checks) {
  for (const database of await freshDatabases()) {
    const folder = mkdtempSync(join(tmpdir(), "kalends-import-"));
    const { text, brokenLine } = bigCalendar(count);
    writeFileSync(join(folder, "big.ics"), text);
    const env = { KALENDS_AUTH_BCRYPT_COST: "4", ...database.env };
    const at = { folder, env, text, brokenLine, database };
    try {
      await whileRunning(at, checks);
      await whileStopped(at, checks);
    } finally {
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Counts and the one broken item, named by line and UID. */
function checkReport(name, done, { brokenLine }, counts, checks) {
  const lines = done.stdout.trim().split("\n");
  checks.ok(`${name}: reports ${counts}`, lines.at(-1) === counts, `${done.stdout}${done.stderr}`);
  checks.ok(
    `${name}: names the broken item by line and UID, and ends with status 1`,
    done.status === 1 && lines.length === 2 && namesBroken(lines[0] ?? "", brokenLine),
    `${done.status}: ${lines[0]} (the item starts at line ${brokenLine})`,
  );
}

function namesBroken(line, from) {
  const where = Number(/line (\d+)/.exec(line)?.[1] ?? 0);
  return line.includes("broken@big.example") && where >= from && where < from + 5;
}

async function whileRunning(at, checks) {
  const { folder, env, database, text } = at;
  const name = `${database.name}, running`;
  const server = await startServer({ folder, env, keep: true });
  try {
    const others = await neighbour(server);
    const ines = server.account("ines");
    server.account("otto");
    const calm = await others(1500);
    const stop = others();
    const done = await command(at, "import", "big.ics", "--to", "~ines/Calendar");
    const busy = await stop();
    checkReport(name, done, at, `${count} added, 0 replaced, 0 unchanged, 1 refused`, checks);
    checks.ok(`${name}: no bar where the output is piped`, done.stderr === "", done.stderr);
    checks.note(`${name}: ${done.seconds} s, the server's memory at most ${peakMemory(server.child.pid)} MB`);
    checks.note(`${name}: before it ${toldLatency(calm)}; during it ${toldLatency(busy)}`);
    checks.ok(
      `${name}: others are answered meanwhile (most within ${PATIENCE} ms, none after more than ${LONGEST} ms)`,
      busy.median <= Math.max(PATIENCE, 4 * calm.median) && busy.max <= LONGEST,
      toldLatency(busy),
    );
    await again(at, name, server, ines, checks);
    bar(at, name, checks);
    const exported = await command(at, "export", "~ines/Calendar", "--output", "out.ics");
    checks.ok(`${name}: the export is told`, exported.stdout.startsWith(`${count} objects`), exported.stdout);
    checkMeaning(name, text, readFileSync(join(folder, "out.ics"), "utf8"), checks);
  } finally {
    await server.stop();
  }
}

/** Somebody else with one event of his own; gives a function that measures for some time, or until it is stopped. */
async function neighbour(server) {
  const account = server.account("nora");
  const url = `${server.base}/CalDAV/Calendar/own.ics`;
  await http("PUT", url, { ...account, headers: ICS, body: event("own@big", `DTSTART:${at(1)}Z`) });
  return (milliseconds) => {
    const stop = measureLatency(async () => {
      const { status } = await http("GET", url, account);
      if (status !== 200) throw new Error(`GET answered ${status} during an import`);
    });
    return milliseconds === undefined ? stop : new Promise((r) => setTimeout(r, milliseconds)).then(stop);
  };
}

async function again(at, name, server, account, checks) {
  const url = `${server.base}/CalDAV/~ines/Calendar/`;
  const before = await syncCollection(url, account);
  const done = await command(at, "import", "big.ics", "--to", "~ines/Calendar");
  checkReport(`${name}, again`, done, at, `0 added, 0 replaced, ${count} unchanged, 1 refused`, checks);
  const after = await syncCollection(url, account, before.token);
  checks.ok(
    `${name}, again: no sync token moved`,
    before.changes.size === count && after.token === before.token && after.changes.size === 0,
    `${before.changes.size} members, ${before.token} ${after.token}`,
  );
  checks.note(`${name}, again: ${done.seconds} s`);
}

function bar({ folder, env }, name, checks) {
  const line = `'${process.execPath}' '${kalends}' import big.ics --to '~ines/Calendar'`;
  const options = { cwd: folder, env: { ...process.env, TERM: "xterm", ...env }, encoding: "utf8" };
  const done = spawnSync("script", ["-qec", line, "/dev/null"], options);
  if (done.error) return checks.skip(`${name}: a bar on a terminal`, "script is not here");
  checks.ok(
    `${name}: shows a bar on a terminal`,
    /import .*\d+% \| \d+\/\d+/.test(done.stdout) && done.stdout.includes(`${count} unchanged`),
    done.stdout.slice(-300),
  );
}

function checkMeaning(name, sent, got, checks) {
  const [wanted, is] = [meaning(sent), meaning(got)];
  wanted.delete("broken@big.example");
  const wrong = [...wanted.keys()].filter((uid) => wanted.get(uid) !== is.get(uid));
  checks.ok(
    `${name}: the export says what the file said`,
    wrong.length === 0 && is.size === count && got.includes("BEGIN:VTIMEZONE"),
    `${is.size} objects, ${wrong.length} differ: ${wanted.get(wrong[0])} / ${is.get(wrong[0])}`,
  );
}

async function whileStopped(at, checks) {
  const name = `${at.database.name}, stopped`;
  const done = await command(at, "import", "big.ics", "--to", "~otto/Calendar");
  checkReport(name, done, at, `${count} added, 0 replaced, 0 unchanged, 1 refused`, checks);
  checks.note(`${name}: ${done.seconds} s, memory at most ${done.memory} MB`);
  const exported = await command(at, "export", "~otto/Calendar");
  checkMeaning(name, at.text, exported.stdout, checks);
}
