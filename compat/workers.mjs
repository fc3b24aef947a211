// Several processes behind one socket: they know at once of an account that is switched off, and end together; https of all of
// them, and the renewal of its certificate. Needs PostgreSQL (KALENDS_TEST_POSTGRES); the embedded database says why it serves one process. `rolling` renews and kills them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:net";
import { authorityIn, liveIn, served } from "./lib/certificates.mjs";
import { until } from "./lib/checks.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { http, trusted } from "./lib/http.mjs";
import { createLoad, told } from "./lib/load.mjs";
import { freePort } from "./lib/proxies.mjs";
import { kalends, startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

export async function run(_server, checks) {
  refusesEmbedded(checks);
  const database = (await freshDatabases()).find(({ name }) => name === "PostgreSQL");
  if (!database) return checks.skip("PostgreSQL", "KALENDS_TEST_POSTGRES is not set");
  const env = { ...database.env, KALENDS_WORKERS: "2", KALENDS_AUTH_BCRYPT_COST: "4" };
  const server = await startServer({ env });
  try {
    const load = createLoad([server.base], server.account("wanda"));
    await load.warm();
    await signIns(server, load, checks);
    await ending(server, load, checks);
  } finally {
    await server.stop();
  }
  try {
    await overTls(env, checks);
  } finally {
    trusted.ca = undefined;
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

/** What is remembered of sign-ins in one process does not outlive the account. Many tries in vain are throttled (429). */
async function signIns(server, load, checks) {
  server.cli(["user", "disable", "wanda"]);
  const { answers } = await load.during(() => undefined);
  checks.ok(
    "an account that is switched off is refused by every worker at once",
    answers.every(({ status }) => status === 401 || status === 429),
    told(answers),
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

/** What the processes said in the log, with who said it. */
const said = (server, words) => {
  const lines = server.log().split("\n");
  const found = lines.filter((line) => line.includes(words)).map((line) => JSON.parse(line).pid);
  return new Set(found).size;
};

/** Connections are dealt out in turn, so twenty reach every worker. */
async function shownTo20(port) {
  const names = [];
  for (let i = 0; i < 20; i++) names.push(await served(port).catch(({ code }) => code));
  return [...new Set(names)].join(", ");
}

const SERVES = "the changed certificate serves from now on";
const REFUSED = "the one before still serves";

/** https by all workers, under load: the certificate is renewed, spoilt and put right, and no connection is lost. */
async function overTls(env, checks) {
  const say = (words, held, detail) => checks.ok(`https: ${words}`, held, detail);
  const folder = mkdtempSync(join(tmpdir(), "kalends-workers-tls-"));
  const authority = authorityIn(folder);
  trusted.ca = authority.pem;
  const pairs = Object.fromEntries(["first", "second", "third"].map((name) => [name, authority.issue(name)]));
  const wrong = { certificate: pairs.third.certificate, key: pairs.first.key };
  const { install, certificate, key } = liveIn(folder);
  const port = await freePort();
  const own = { ...env, KALENDS_TLS_CERTIFICATE: certificate, KALENDS_TLS_KEY: key, KALENDS_LOG_LEVEL: "info" };
  install(wrong);
  const refused = await startServer({ port, env: own }).then(
    (server) => server.stop().then(() => "it started"),
    ({ message }) => message,
  );
  say("a key that does not fit ends the start, with the settings to look at", refused.includes("tls.key"), refused);
  install(pairs.first);
  const server = await startServer({ port, env: own });
  try {
    say("the address says so", server.base === `https://127.0.0.1:${port}`, server.base);
    const load = createLoad([server.base], server.account("tess"));
    await load.warm();
    const shown = {};
    const { answers, failed } = await load.during(async () => {
      install(pairs.second);
      await until(() => said(server, SERVES) === 2);
      shown.renewed = await shownTo20(port);
      install(wrong);
      await until(() => said(server, REFUSED) === 2);
      shown.wrong = await shownTo20(port);
      server.child.kill("SIGHUP");
      await until(() => server.log().includes("the new workers do not start"));
      shown.hungUp = await shownTo20(port);
      const before = workersOf(server);
      install(pairs.third);
      server.child.kill("SIGHUP");
      await until(
        () => workersOf(server).length === 2 && !workersOf(server).some((pid) => before.includes(pid)),
        40_000,
      );
      shown.replaced = await shownTo20(port);
    });
    load.close();
    const workers = said(server, '"status":207');
    say("every worker answers", workers >= 4, `${workers} processes`);
    say("every worker finds a renewed certificate", shown.renewed === "second", shown.renewed);
    say(
      "a key that does not fit is told by every worker, and the one before serves",
      shown.wrong === "second",
      shown.wrong,
    );
    say("and HUP keeps the workers that have it", shown.hungUp === "second", shown.hungUp);
    say("HUP replaces them when it is put right", shown.replaced === "third", shown.replaced);
    say(`none of ${answers.length} requests failed meanwhile`, failed.length === 0, told(failed));
    say("nothing was lost", (await load.lost()).length === 0);
    await silentAtTheEnd(server, port, say);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Who connects and never says a word of TLS does not hold up the end. */
async function silentAtTheEnd(server, port, say) {
  const silent = connect(port, "127.0.0.1");
  silent.on("error", () => undefined);
  await new Promise((resolve) => silent.once("connect", resolve));
  const healthy = await http("GET", `${server.base}/healthz`);
  const begun = performance.now();
  const ended = new Promise((resolve) => server.child.once("exit", resolve));
  server.child.kill("SIGTERM");
  const status = await ended;
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  silent.destroy();
  say(
    `SIGTERM ends them in time, though somebody is silent (${seconds} s)`,
    healthy.status === 200 && status === 0 && seconds < 6,
    status,
  );
}
