// Several processes behind one socket: they know at once of an account that is switched off, and end together. Needs PostgreSQL
// (KALENDS_TEST_POSTGRES); the embedded database says why it serves one process. `rolling` renews and kills them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { createLoad, told } from "./lib/load.mjs";
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
