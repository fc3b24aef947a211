// A whole file of 10 000 events that is put while things go wrong: kill -9, lost connections, a database that is restarted,
// a disk that is full. All of the old is there afterwards or all of the new, the client was told no lie, and the next PUT
// works. ROUNDS rounds of each (3), COUNT events; PostgreSQL where KALENDS_TEST_POSTGRES is set.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { bigCalendar } from "./lib/big-calendar.mjs";
import { until } from "./lib/checks.mjs";
import { freshDatabases, ownCluster } from "./lib/databases.mjs";
import { http, ICS } from "./lib/http.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const rounds = Number(process.env.ROUNDS ?? 3);
const count = Number(process.env.COUNT ?? 10_000);
const PATH = "/CalendarDataDel/Calendar.ics";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const base = bigCalendar(count, false).text;
/** The file in its nth version: every event says so, so that a mixture would show. */
const version = (n) => base.replaceAll("CATEGORIES:Work,Home", `CATEGORIES:Version ${n}`);

export async function run(_server, checks) {
  const [embedded, postgres] = await freshDatabases();
  await inSandbox(embedded, (world) => kills(world, checks));
  await fullDisk(checks);
  if (!postgres) return checks.skip("PostgreSQL", "KALENDS_TEST_POSTGRES is not set");
  await inSandbox(postgres, async (world) => {
    await kills(world, checks);
    await lostConnections(world, checks);
  });
  await inSandbox(ownCluster(), (world) => restarts(world, checks));
  await fullCluster(checks);
}

/** A server with somebody's calendar in version 0, in a folder that goes away afterwards. */
async function inSandbox(database, work, folder = mkdtempSync(join(tmpdir(), "kalends-whole-crash-"))) {
  const env = { KALENDS_AUTH_BCRYPT_COST: "4", ...database.env };
  const world = { database, folder, env, last: 0 };
  try {
    world.server = await startServer({ folder, env, keep: true });
    world.account = world.server.account("wanda");
    const first = await put(world, 0);
    if (first.status !== 204) throw new Error(`the first PUT was answered ${first.status} ${first.text}`);
    await work(world);
  } finally {
    await world.server?.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Never rejects: a connection that breaks is an answer too, with status 0. */
const put = ({ server, account }, n) =>
  http("PUT", server.base + PATH, { ...account, headers: ICS, body: version(n) }).catch(({ code }) => ({
    status: 0,
    text: code,
    headers: {},
  }));

/** Which version is there whole, or a sentence. */
async function found({ server, account }) {
  const { status, text } = await http("GET", server.base + PATH, account);
  if (status !== 200) return `GET was answered ${status} ${text.slice(0, 200)}`;
  const told = new Map();
  for (const [, n] of text.matchAll(/^CATEGORIES:Version (\d+)/gm)) told.set(n, (told.get(n) ?? 0) + 1);
  const [[n, events] = ["none", 0]] = told;
  return told.size === 1 && events === count ? Number(n) : `events of versions ${JSON.stringify([...told])}`;
}

/** What the disturbance of a PUT of `n` did: the faults, empty when it was all or nothing and told truly. */
async function verdict(world, n, answer) {
  const is = await found(world);
  const faults = [];
  if (is !== n && is !== world.last) faults.push(`of ${world.last} and ${n} there is: ${is}`);
  if (answer.status === 204 && is !== n) faults.push(`${n} was acknowledged and ${is} is there`);
  if (answer.status !== 204 && answer.status < 500 && answer.status !== 0) faults.push(`answered ${answer.status}`);
  // A connection lost at COMMIT leaves open what became of it; any other refusal means that nothing happened.
  if (answer.status === 507 && is === n) faults.push("refused, and stored");
  if (answer.status >= 500 && !/^[^\n]+\n$/.test(answer.text)) faults.push(`the reason is ${answer.text}`);
  if (answer.status === 503 && !answer.headers["retry-after"]) faults.push("503 without Retry-After");
  world.last = is;
  return faults;
}

/** The next PUT works without anybody's help. */
async function goesOn(world, n) {
  const answer = await until(async () => {
    const { status, text } = await put(world, n);
    return status === 0 || status >= 500 ? null : `${status} ${text}`;
  }, 30_000);
  const is = await found(world);
  world.last = is;
  return answer === "204 " && is === n ? [] : [`the next PUT: ${answer}, then ${is}`];
}

/** Rounds of `disturb` at any moment of a PUT; `after` brings back what it broke. */
async function series(world, title, checks, disturb, after = async () => undefined) {
  const faults = [];
  const statuses = new Map();
  const usual = await duration(world);
  for (let round = 1; round <= rounds; round++) {
    const n = round * 10;
    const answering = put(world, n);
    await disturb(world, usual);
    const answer = await answering;
    await after(world);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    faults.push(...(await verdict(world, n, answer)), ...(await goesOn(world, n + 1)));
  }
  checks.ok(`${world.database.name}: ${rounds} times ${title}: all or nothing`, faults.length === 0, faults.join("\n"));
  checks.note(`answers (0 = none): ${[...statuses].map(([status, times]) => `${times} × ${status}`).join(", ")}`);
}

/** Milliseconds of an undisturbed PUT. */
async function duration(world) {
  const start = performance.now();
  await goesOn(world, world.last + 1);
  return performance.now() - start;
}

const kills = (world, checks) =>
  series(
    world,
    "kill -9 in the middle of a PUT",
    checks,
    async ({ server }, usual) => {
      await pause(usual * (0.3 + Math.random() * 0.65));
      await server.stop("SIGKILL");
    },
    async (at) => {
      at.server = await startServer({ folder: at.folder, env: at.env, keep: true });
    },
  );

const OTHERS = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

/** Runs `work` when the objects of a file are just being written, a random moment later. */
async function amidst({ env }, work) {
  const client = new pg.Client({ connectionString: env.KALENDS_DATABASE });
  client.on("error", () => undefined);
  await client.connect();
  const isWriting = () =>
    client.query(`select ${OTHERS} and xact_start is not null and query like '%insert into object%'`);
  await until(async () => (await isWriting()).rowCount > 0, 20_000, 5);
  await pause(randomInt(100));
  await work(client);
  await client.end().catch(() => undefined);
}

/** Ends the server's sessions as an administrator of PostgreSQL would. */
const lostConnections = (world, checks) =>
  series(world, "all connections ended during a PUT", checks, (at) =>
    amidst(at, (client) => client.query(`select pg_terminate_backend(pid) ${OTHERS}`)),
  );

const restarts = (world, checks) =>
  series(
    world,
    "PostgreSQL killed during a PUT and started again",
    checks,
    (at) => amidst(at, async () => at.database.crash()),
    async ({ database, server, account }) => {
      database.resume();
      await until(async () => (await http("GET", server.base + PATH, account)).status === 200, 30_000);
    },
  );

/** A file system of this many MiB at a folder; null where mounting is not permitted. */
function smallDisk(mebibytes, folder = mkdtempSync(join(tmpdir(), "kalends-small-"))) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  return {
    folder,
    /** Takes all room but so many octets. */
    fill(left) {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize - left)));
    },
    empty: () => unlinkSync(join(folder, "ballast")),
    drop() {
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Rounds of a PUT for which there is less and less room, then of one with room. */
async function series507(world, disk, checks) {
  const faults = [];
  const statuses = new Map();
  for (const [round, left] of [0, 300_000, 3_000_000, 9_000_000].entries()) {
    const n = 100 + round * 10;
    disk.fill(left);
    const answer = await put(world, n);
    // An embedded database that needs room for getting up again does so once there is some; to read much, PostgreSQL may
    // need some on its disk too.
    const meanwhile = await found(world);
    if (typeof meanwhile === "string" && !/^GET was answered 50[37]/.test(meanwhile)) faults.push(meanwhile);
    disk.empty();
    world.database.supervise?.();
    await until(async () => typeof (await found(world)) === "number", 60_000);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status !== 507 && answer.status !== 503 && answer.status !== 204) {
      faults.push(`with ${left} octets free the answer was ${answer.status} ${answer.text}`);
    }
    faults.push(...(await verdict(world, n, answer)), ...(await goesOn(world, n + 1)));
  }
  checks.ok(
    `${world.database.name}: a full disk: all or nothing, then on again`,
    faults.length === 0,
    faults.join("\n"),
  );
  checks.note(`answers: ${[...statuses].map(([status, times]) => `${times} × ${status}`).join(", ")}`);
}

async function fullDisk(checks) {
  const disk = smallDisk(400);
  if (!disk) return checks.skip("embedded: a full disk", "mount is not permitted here");
  try {
    const folder = join(disk.folder, "server");
    mkdirSync(folder);
    const [database] = await freshDatabases();
    await inSandbox(database, (world) => series507(world, disk, checks), folder);
  } finally {
    disk.drop();
  }
}

async function fullCluster(checks) {
  const disk = smallDisk(600);
  if (!disk) return checks.skip("PostgreSQL: a full disk", "mount is not permitted here");
  execFileSync("chmod", ["755", disk.folder]);
  try {
    await inSandbox(ownCluster(disk.folder), (world) => series507(world, disk, checks));
  } finally {
    disk.drop();
  }
}
