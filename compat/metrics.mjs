// What /metrics tells of two workers: the sums of all, which never shrink, at either listener; and that readiness is told while
// a migration runs. Needs PostgreSQL (KALENDS_TEST_POSTGRES).
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { until } from "./lib/checks.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { kalends, startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const TOKEN = "a-token-of-some-length";
const dashboard = new URL("../docs/monitoring/dashboard.json", import.meta.url);

export async function run(_server, checks) {
  const database = (await freshDatabases()).find(({ name }) => name === "PostgreSQL");
  if (!database) return checks.skip("PostgreSQL", "KALENDS_TEST_POSTGRES is not set");
  try {
    await migrating(database, checks);
    await summing(database, checks);
  } finally {
    await database.drop();
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const pageAt = async (url, headers = {}) => {
  const answer = await fetch(url, { headers }).catch(() => null);
  return answer === null ? { status: 0, text: "" } : { status: answer.status, text: await answer.text() };
};

/** The values of one metric, added up over its labels. */
const sumOf = (text, name) =>
  text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);

const workersOf = ({ child }) =>
  spawnSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" })
    .stdout.split("\n")
    .map(Number)
    .filter(Boolean);

async function summing(database, checks) {
  const port = await freePort();
  const env = {
    ...database.env,
    KALENDS_WORKERS: "2",
    KALENDS_METRICS_LISTEN: `127.0.0.1:${port}`,
    KALENDS_METRICS_TOKEN: TOKEN,
  };
  const server = await startServer({ env });
  const watch = `http://127.0.0.1:${port}`;
  const own = async () => (await pageAt(`${watch}/metrics`)).text;
  const answered = async () => sumOf(await own(), "kalends_http_responses_total");
  const ask = async (count) => {
    for (let i = 0; i < count; i++) await fetch(`${server.base}/CalDAV/`, { headers: { Connection: "close" } });
  };
  try {
    await ask(40);
    checks.ok("40 requests to two workers count as 40", (await answered()) === 40, await answered());
    const statements = sumOf(await own(), "kalends_statement_duration_seconds_count");
    checks.ok("their statements are counted", statements > 10, statements);
    checks.ok("three processes tell of themselves", sumOf(await own(), "kalends_processes") === 3);
    const open = await pageAt(`${server.base}/metrics`, { Authorization: `Bearer ${TOKEN}` });
    const sum = sumOf(open.text, "kalends_http_responses_total");
    checks.ok("whichever worker is asked with the token tells the sum", open.status === 200 && sum === 40, sum);
    checks.ok("nobody is told without it", (await pageAt(`${server.base}/metrics`)).status === 401);
    await ask(7);
    const before = workersOf(server);
    server.child.kill("SIGHUP");
    await until(
      () => workersOf(server).length === 2 && workersOf(server).every((pid) => !before.includes(pid)),
      30_000,
    );
    await ask(10);
    checks.ok(
      "workers that were replaced still count, as they said at their end",
      (await answered()) === 57,
      await answered(),
    );
    process.kill(workersOf(server)[0], "SIGKILL");
    await until(async () => sumOf(await own(), "kalends_processes") === 3, 30_000);
    checks.ok("one that was killed counts as it was seen last", (await answered()) === 57, await answered());
    tellsTheDashboard(await own(), checks);
    checks.ok("ready", (await pageAt(`${watch}/readyz`)).text === "ready\n");
    await checkedByPrometheus(await own(), checks);
  } finally {
    await server.stop();
  }
}

function tellsTheDashboard(text, checks) {
  const wanted = new Set(readFileSync(dashboard, "utf8").match(/\b(?:kalends|process|nodejs)_[a-z_]+/g));
  const told = new Set([...text.matchAll(/^([a-z_]+)/gm)].map(([, name]) => name));
  const missing = [...wanted].filter((name) => !told.has(name));
  checks.ok(`the server tells all ${wanted.size} figures of the dashboard`, missing.length === 0, missing.join());
}

/** Prometheus' own opinion of the page, where its tool is installed. */
async function checkedByPrometheus(text, checks) {
  const done = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  if (done.error) return checks.skip("promtool", "not installed");
  checks.ok("promtool reads the page", done.status === 0 || done.status === 3, done.stderr);
}

/** A start that has to wait for a migration answers that it lives, and why it is not ready. */
async function migrating(database, checks) {
  const client = new pg.Client({ connectionString: database.env.KALENDS_DATABASE });
  await client.connect();
  await client.query("select pg_advisory_lock(5410227)");
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "kalends-migrating-"));
  const env = { ...process.env, ...database.env, KALENDS_LISTEN: `127.0.0.1:${port}` };
  const child = spawn(process.execPath, [kalends, "serve"], { cwd: folder, env, stdio: "ignore" });
  const base = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await pageAt(`${base}/healthz`)).status === 200, 60_000);
    const waiting = await pageAt(`${base}/readyz`);
    checks.ok(
      "while another process migrates, it is alive but not ready, and says why",
      waiting.status === 503 && /schema/.test(waiting.text),
      waiting.text,
    );
    await client.query("select pg_advisory_unlock(5410227)");
    await until(async () => (await pageAt(`${base}/readyz`)).status === 200, 60_000);
    checks.ok("it serves once the other is done", (await pageAt(`${base}/readyz`)).text === "ready\n");
    await client.query("insert into migration (id, checksum) values ('9999-from-the-future', 'x')");
    const refused = spawnSync(process.execPath, [kalends, "serve"], { cwd: folder, env, encoding: "utf8" });
    checks.ok(
      "a start on a newer schema is refused with a sentence",
      refused.status === 1 && /9999-from-the-future.*newer version/.test(refused.stderr),
      refused.stderr,
    );
    checks.ok("the older process goes on meanwhile", (await pageAt(`${base}/readyz`)).status === 200);
    await client.query("delete from migration where id like '9999%'");
  } finally {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
