// Several processes behind one socket: renewed one by one under load without a failed request, replaced when one is
// killed, ended together. Needs PostgreSQL (KALENDS_TEST_POSTGRES); the embedded database says why it serves one process.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as open } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { ICS, XML } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { kalends, startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const CONNECTIONS = 16;
const PER_SECOND = 200;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function run(_server, checks) {
  refusesEmbedded(checks);
  const database = (await freshDatabases()).find(({ name }) => name === "PostgreSQL");
  if (!database) return checks.skip("PostgreSQL", "KALENDS_TEST_POSTGRES is not set");
  const env = { ...database.env, KALENDS_WORKERS: "2", KALENDS_AUTH_BCRYPT_COST: "4" };
  const server = await startServer({ env });
  try {
    const load = createLoad(server);
    await load.warm();
    await renewing(server, load, checks);
    await killing(server, load, checks);
    await signIns(server, load, checks);
    await ending(server, load, checks);
  } finally {
    await server.stop();
    await database.drop();
  }
}

function refusesEmbedded(checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-workers-"));
  const done = spawnSync(process.execPath, [kalends, "serve", "--workers", "2"], { cwd: folder, encoding: "utf8" });
  checks.ok(
    "the embedded database says that it serves one process, and what to do",
    done.status === 1 && done.stderr.includes("one process") && done.stderr.includes("PostgreSQL"),
    done.stderr,
  );
  rmSync(folder, { recursive: true, force: true });
}

/** The worker processes. */
const workersOf = ({ child }) => {
  const found = spawnSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" });
  return found.stdout.split("\n").map(Number).filter(Boolean);
};

/** Two hundred requests a second of a calendar program's kinds, over connections that are kept. */
function createLoad(server) {
  const account = server.account("wanda");
  const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString("base64")}`;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const home = `${server.base}/CalDAV/~wanda/Calendar/`;
  const listing = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:sync-token/></D:prop></D:propfind>';
  const text = (i) => event(`load-${i}`, `DTSTART:${at(1)}`, "DURATION:PT1H", `SUMMARY:Load ${i}`);
  const kinds = [
    () => ({ method: "PROPFIND", url: home, headers: { ...XML, Depth: "0" }, body: listing, good: [207] }),
    () => ({ method: "PROPFIND", url: home, headers: { ...XML, Depth: "1" }, body: listing, good: [207] }),
    (i) => ({ method: "PUT", url: `${home}load-${i % 40}.ics`, headers: ICS, body: text(i % 40), good: [201, 204] }),
    (i) => ({ method: "GET", url: `${home}load-${i % 40}.ics`, headers: {}, good: [200, 404] }),
    () => ({ method: "OPTIONS", url: home, headers: {}, good: [200] }),
  ];
  const ask = (i) =>
    new Promise((resolve) => {
      const { method, url, headers, body, good } = kinds[i % kinds.length](i);
      const request = open(url, { method, agent, headers: { ...headers, Authorization: authorization } }, (answer) => {
        answer.on("error", (error) => resolve(`${method}: ${error.code}`));
        answer.on("end", () => resolve(good.includes(answer.statusCode) ? null : `${method}: ${answer.statusCode}`));
        answer.resume();
      });
      request.on("error", (error) => resolve(`${method}: ${error.code}`));
      request.end(body);
    });
  return {
    account,
    async warm() {
      for (let i = 0; i < 40; i++) await ask(2 + 5 * i);
    },
    /** Goes on for as long as `work` takes; gives how many requests were answered, and what went wrong. */
    async during(work) {
      let on = true;
      const all = [];
      const timer = (async () => {
        for (let i = 0; on; i++) {
          all.push(ask(i));
          await pause(1000 / PER_SECOND);
        }
      })();
      await pause(500);
      await work();
      await pause(500);
      on = false;
      await timer;
      const faults = (await Promise.all(all)).filter((fault) => fault !== null);
      return { count: all.length, faults };
    },
  };
}

async function renewing(server, load, checks) {
  const before = workersOf(server);
  checks.ok("two workers serve", before.length === 2, before.join());
  const { count, faults } = await load.during(async () => {
    server.child.kill("SIGHUP");
    await until(
      () => workersOf(server).length === 2 && workersOf(server).every((pid) => !before.includes(pid)),
      30_000,
    );
  });
  const after = workersOf(server);
  checks.ok("SIGHUP has put others in their place", after.length === 2 && !after.some((pid) => before.includes(pid)));
  checks.ok(`no request of ${count} fails meanwhile`, faults.length === 0, faults.slice(0, 5).join(", "));
}

async function killing(server, load, checks) {
  const [first] = workersOf(server);
  const { count, faults } = await load.during(async () => {
    process.kill(first, "SIGKILL");
    await until(() => workersOf(server).length === 2 && !workersOf(server).includes(first), 160_000);
  });
  const lost = faults.filter((fault) => !/ECONNRESET|EPIPE|socket/.test(fault));
  checks.ok(
    `kill -9 of a worker fails no request of ${count} but those it was working on`,
    faults.length <= CONNECTIONS && lost.length === 0,
    faults.join(", "),
  );
  checks.ok("another one takes its place", workersOf(server).length === 2);
}

/** What is remembered of sign-ins in one process does not outlive the account. Many tries in vain are throttled (429). */
async function signIns(server, load, checks) {
  server.cli(["user", "disable", "wanda"]);
  const { faults, count } = await load.during(() => undefined);
  checks.ok(
    "an account that is switched off is refused by every worker at once",
    faults.length === count && faults.every((fault) => /401|429/.test(fault)),
    `${faults.length} of ${count}: ${[...new Set(faults)].join()}`,
  );
  server.cli(["user", "enable", "wanda"]);
}

async function ending(server, load, checks) {
  const pids = workersOf(server);
  let status = null;
  server.child.once("exit", (code) => {
    status = code;
  });
  await load.during(async () => {
    server.child.kill("SIGTERM");
    await until(() => status !== null, 60_000);
  });
  const left = pids.filter((pid) => {
    try {
      execFileSync("kill", ["-0", String(pid)], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  checks.ok("SIGTERM ends all of them, with status 0", status === 0 && left.length === 0, `${status}, left ${left}`);
}
