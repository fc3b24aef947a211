// Backup while others write, restore, move to another kind of database and back: what clients hold stays good, byte for byte.
// COUNT sets another number of events.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bigCalendar } from "./lib/big-calendar.mjs";
import { command, peakMemory } from "./lib/command.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { until } from "./lib/checks.mjs";
import { kalends, startServer } from "./lib/server.mjs";
import { difference, sameListing, syncCollection } from "./lib/sync.mjs";

export const startsItsOwn = true;

const count = Number(process.env.COUNT ?? 10_000);
/** What a move of 100 000 events may take, in seconds. */
const MOVE_LIMIT = 180;

export async function run(_server, checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-backup-"));
  const databases = await freshDatabases();
  const others = await freshDatabases();
  try {
    writeFileSync(join(folder, "big.ics"), bigCalendar(count).text);
    const [embedded, postgres] = databases;
    const first = { folder, env: { KALENDS_AUTH_BCRYPT_COST: "4", KALENDS_DATABASE: "embedded:./first" } };
    const seen = await lived(first, checks);
    await refusals(first, checks);
    await restored("embedded", first, { KALENDS_DATABASE: "embedded:./second" }, seen, checks);
    if (!postgres) return checks.skip("the same on PostgreSQL, and moving there", "KALENDS_TEST_POSTGRES is not set");
    await restored("PostgreSQL", first, postgres.env, seen, checks);
    await moved(first, others[1].env.KALENDS_DATABASE, seen, checks);
    await embedded.drop();
  } finally {
    for (const database of [...databases, ...others]) await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const calendarOf = (server, name = "Calendar") => `${server.base}/CalDAV/~ines/${name}/`;

/** A server with a full calendar, from which a backup is taken while somebody writes; what its clients saw then. */
async function lived(first, checks) {
  const server = await startServer({ ...first, keep: true });
  try {
    const ines = server.account("ines");
    await command(first, "import", "big.ics", "--to", "~ines/Calendar");
    const file = Buffer.from(Array.from({ length: 700_000 }, (_, n) => (n * n) % 251));
    await http("PUT", `${server.base}/WebDAV/~ines/photo.bin`, { ...ines, body: file });
    await http("MKCALENDAR", calendarOf(server, "Log"), ines);
    await http("DELETE", `${calendarOf(server)}${await firstName(server, ines)}`, ines);
    const { token, changes } = await syncCollection(calendarOf(server), ines);
    const writer = keepWriting(calendarOf(server, "Log"), ines);
    const done = await command(first, "backup", "one.backup");
    await writer.stop();
    checks.ok("backup: taken while the server runs", done.status === 0, done.stderr + done.stdout);
    checks.ok("backup: no bar where the output is piped", done.stderr === "", done.stderr);
    checks.note(
      `backup: ${done.seconds} s, ${size(first, "one.backup")} MB; memory of the command at most ${done.memory} MB, of the server ${peakMemory(server.child.pid)} MB`,
    );
    checks.note(
      `backup: a write meanwhile took at most ${Math.round(writer.longest())} ms; ${writer.acknowledged()} were acknowledged`,
    );
    const { mode } = statSync(join(first.folder, "one.backup"));
    checks.ok("backup: readable by nobody else", (mode & 0o777) === 0o600, mode.toString(8));
    checks.ok("backup: leaves no other file", !readdirSync(first.folder).some((name) => name.endsWith(".part")));
    await hungUp(first, server, checks);
    const exported = await command(first, "export", "~ines/Calendar");
    return {
      ines,
      token,
      listing: changes,
      file: sha256(file),
      text: sha256(exported.stdout),
      last: writer.acknowledged(),
    };
  } finally {
    await server.stop();
  }
}

/** Whoever reads the backup leaves in the middle: that is no success, and the server goes on as before. */
async function hungUp(first, server, checks) {
  const line = `'${process.execPath}' '${kalends}' backup - | head -c 100 >/dev/null; echo "status ${"$"}{PIPESTATUS[0]}"`;
  const env = { ...process.env, ...first.env };
  const done = spawnSync("bash", ["-c", line], { cwd: first.folder, env, encoding: "utf8" });
  checks.ok(
    "backup: is no success when its reader leaves",
    done.stdout.includes("status 1"),
    `${done.stdout}${done.stderr}`,
  );
  const clean = () => !readdirSync(join(first.folder, "first")).some((name) => name.includes("aside"));
  checks.ok("backup: nothing is left of one that was broken off", await until(clean));
  const { status } = await http("GET", `${server.base}/readyz`);
  checks.ok("backup: the server goes on afterwards", status === 200 && server.log() === "", server.log());
}

const firstName = async (server, account) => [...(await syncCollection(calendarOf(server), account)).changes.keys()][0];
const size = ({ folder }, name) => Math.round(statSync(join(folder, name)).size / 100_000) / 10;

/** Writes one event after the other, each named by its number, until it is stopped. */
function keepWriting(calendar, account) {
  let [n, longest, over] = [0, 0, false];
  const loop = (async () => {
    while (!over) {
      const start = performance.now();
      const body = event(`${n + 1}@log`, `DTSTART:${at(1)}Z`);
      const { status } = await http("PUT", `${calendar}${n + 1}.ics`, { ...account, headers: ICS, body });
      if (status !== 201) throw new Error(`PUT answered ${status} during a backup`);
      n += 1;
      longest = Math.max(longest, performance.now() - start);
    }
  })();
  return {
    acknowledged: () => n,
    longest: () => longest,
    stop() {
      over = true;
      return loop;
    },
  };
}

/** Damaged files, and databases that are not empty. */
async function refusals(first, checks) {
  const { folder } = first;
  const verified = await command(first, "verify", "one.backup");
  checks.ok(
    "verify: says what is in the file",
    verified.status === 0 && /~ines@\S+\/Calendar\s+\d+/.test(verified.stdout),
    verified.stdout + verified.stderr,
  );
  const whole = readFileSync(join(folder, "one.backup"));
  const changed = Buffer.from(whole);
  changed[Math.floor(changed.length / 2)] ^= 1;
  const files = { cut: whole.subarray(0, whole.length - 1000), changed, "not-one": Buffer.from("BEGIN:VCALENDAR\r\n") };
  for (const [name, data] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.backup`), data);
    const told = await command(first, "verify", `${name}.backup`);
    checks.ok(
      `verify: refuses a file that is ${name}, in a sentence`,
      told.status === 1 && /^kalends: (the backup is damaged|this is no backup)/.test(told.stderr),
      told.stderr,
    );
  }
  const env = { ...first.env, KALENDS_DATABASE: "embedded:./third" };
  const damaged = await command({ folder, env }, "restore", "changed.backup");
  checks.ok("restore: takes nothing from a changed file", damaged.status === 1, damaged.stderr);
  const good = await command({ folder, env }, "restore", "one.backup");
  checks.ok("restore: the same database takes the whole one afterwards", good.status === 0, good.stderr);
  const again = await command({ folder, env }, "restore", "one.backup");
  checks.ok(
    "restore: only an empty database takes one",
    again.status === 1 && again.stderr.includes("not empty"),
    again.stderr,
  );
}

async function restored(name, { folder, env }, database, seen, checks) {
  const target = { folder, env: { ...env, ...database } };
  const copy = join(folder, `${name}.backup`);
  copyFileSync(join(folder, "one.backup"), copy);
  const done = await command(target, "restore", copy);
  checks.ok(
    `restore, ${name}: done and compared`,
    done.status === 0 && done.stdout.includes("restored and compared"),
    done.stderr,
  );
  checks.note(`restore, ${name}: ${done.seconds} s, memory at most ${done.memory} MB`);
  const server = await startServer({ ...target, keep: true });
  try {
    await sameForClients(`restore, ${name}`, server, target, seen, checks);
    const log = [...(await syncCollection(calendarOf(server, "Log"), seen.ines)).changes.keys()];
    const numbers = log.map((each) => Number.parseInt(each, 10)).sort((a, b) => a - b);
    checks.ok(
      `restore, ${name}: of what was written during the backup everything up to one moment is there (${numbers.length} of ${seen.last})`,
      numbers.length <= seen.last && numbers.every((n, i) => n === i + 1),
      numbers.join(" "),
    );
  } finally {
    await server.stop();
  }
}

/** Password, sync token, entity tags, texts and files are what they were. */
async function sameForClients(name, server, where, seen, checks) {
  const since = await syncCollection(calendarOf(server), seen.ines, seen.token);
  checks.ok(
    `${name}: an old sync token says "no change"`,
    since.changes.size === 0,
    difference(new Map(), since.changes),
  );
  const { changes } = await syncCollection(calendarOf(server), seen.ines);
  checks.ok(
    `${name}: ${seen.listing.size} names and entity tags are the same`,
    sameListing(changes, seen.listing),
    difference(changes, seen.listing),
  );
  const exported = await command(where, "export", "~ines/Calendar");
  checks.ok(`${name}: the export is the same, byte for byte`, sha256(exported.stdout) === seen.text, exported.stderr);
  const { body } = await raw(`${server.base}/WebDAV/~ines/photo.bin`, seen.ines);
  checks.ok(`${name}: a file is the same, byte for byte`, sha256(body) === seen.file);
}

async function raw(url, { user, password }) {
  const headers = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  const answer = await fetch(url, { headers });
  return { body: Buffer.from(await answer.arrayBuffer()) };
}

async function moved(first, url, seen, checks) {
  const { folder, env } = first;
  const running = await startServer({ ...first, keep: true });
  const refused = await command(first, "move", "--to", url);
  checks.ok(
    "move: refused while a server runs",
    refused.status === 1 && refused.stderr.includes("stop it first"),
    refused.stderr,
  );
  await running.stop();
  writeFileSync(join(folder, "target"), `${url}\n`, { mode: 0o600 });
  await moveOnce("move to PostgreSQL", first, ["--to-file", "target"], { ...env, KALENDS_DATABASE: url }, seen, checks);
  const there = { folder, env: { ...env, KALENDS_DATABASE: url } };
  const back = { ...env, KALENDS_DATABASE: "embedded:./back" };
  await moveOnce("move back", there, ["--to", "embedded:./back"], back, seen, checks);
  const source = await command(first, "export", "~ines/Calendar");
  checks.ok("move: the source is as it was", sha256(source.stdout) === seen.text, source.stderr);
}

async function moveOnce(name, from, words, env, seen, checks) {
  const done = await command(from, "move", ...words);
  checks.ok(`${name}: done and compared`, done.status === 0 && done.stdout.includes("moved and compared"), done.stderr);
  checks.ok(`${name}: within three minutes (${done.seconds} s for ${count} events)`, done.seconds < MOVE_LIMIT);
  checks.note(`${name}: memory at most ${done.memory} MB`);
  const where = { folder: from.folder, env };
  const server = await startServer({ ...where, keep: true });
  try {
    await sameForClients(name, server, where, seen, checks);
  } finally {
    await server.stop();
  }
}
