// Databases for suites that start their own servers: the embedded one, and PostgreSQL where KALENDS_TEST_POSTGRES is set.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

const clusterScript = fileURLToPath(new URL("../../scripts/test-postgres.mjs", import.meta.url));

/** Each has `env` for `startServer` and `drop`, which removes it. */
export async function freshDatabases() {
  const url = process.env.KALENDS_TEST_POSTGRES;
  const embedded = { name: "embedded", env: {}, drop: async () => undefined };
  return url ? [embedded, await createdOn(url, "PostgreSQL")] : [embedded];
}

async function createdOn(url, name) {
  const database = `kalends_compat_${randomBytes(6).toString("hex")}`;
  await administer(url, `create database ${database}`);
  const own = new URL(url);
  own.pathname = `/${database}`;
  return {
    name,
    env: { KALENDS_DATABASE: own.href },
    drop: () => administer(url, `drop database if exists ${database} with (force)`),
  };
}

async function administer(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function isRunning(pidFile) {
  try {
    return process.kill(Number.parseInt(readFileSync(pidFile, "utf8"), 10), 0);
  } catch {
    return false;
  }
}

/** A PostgreSQL server of its own, whose main process can be killed and started again; its data lie in `folder`. */
export function ownCluster(folder) {
  const env = { ...process.env, ...(folder ? { TMPDIR: folder } : {}) };
  const run = (...words) => execFileSync(process.execPath, [clusterScript, ...words], { encoding: "utf8", env }).trim();
  const url = run("start");
  return {
    name: folder ? "PostgreSQL on a small disk" : "PostgreSQL, its server killed",
    env: { KALENDS_DATABASE: url },
    crash: () => run("crash", url),
    resume: () => run("resume", url),
    /** Starts it again where it ended by itself, as its supervisor would. */
    supervise() {
      if (!isRunning(join(new URL(url).searchParams.get("host"), "data", "postmaster.pid"))) run("resume", url);
    },
    drop: async () => run("stop", url),
  };
}
