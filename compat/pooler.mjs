// Two servers on one PostgreSQL by way of a real PgBouncer in transaction mode: few sessions for many connections.
import { spawn } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { newCluster } from "./lib/clusters.mjs";
import { createLoad, percentile, told } from "./lib/load.mjs";
import { ensure } from "./lib/packages.mjs";
import { freePort } from "./lib/proxies.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const SESSIONS = 6;
const SECONDS = 8;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function run(_server, checks) {
  if (!ensure("pgbouncer")) return checks.skip("everything", "PgBouncer cannot be installed");
  const cluster = await newCluster();
  const direct = await measured([cluster.url()], "directly", cluster, checks);
  const pooler = await startPooler(cluster);
  try {
    const url = `postgres://postgres@127.0.0.1:${pooler.port}/postgres?pooler=transaction`;
    cluster.sql("alter role postgres set timezone = 'Europe/Berlin'");
    const refused = await startServer({ env: { KALENDS_DATABASE: url } }).catch((error) => error.message);
    checks.ok(
      "an account with another time zone is refused with a sentence",
      /timezone UTC/.test(String(refused)),
      refused,
    );
    cluster.sql("alter role postgres set timezone = 'UTC'");
    cluster.sql("alter role postgres set statement_timeout = '30s'");
    await pooler.restart();
    const pooled = await measured([url, url], "by way of PgBouncer, two servers", cluster, checks);
    checks.ok(
      `PostgreSQL has at most ${SESSIONS} sessions instead of ${direct.sessions}`,
      pooled.sessions <= SESSIONS,
      pooled.sessions,
    );
  } finally {
    await pooler.stop();
    cluster.remove();
  }
}

async function measured(urls, what, cluster, checks) {
  const servers = [];
  for (const url of urls) {
    servers.push(await startServer({ env: { KALENDS_DATABASE: url, KALENDS_AUTH_BCRYPT_COST: "4" } }));
  }
  try {
    const load = createLoad(
      servers.map(({ base }) => base),
      servers[0].account(`pia${urls.length}`),
    );
    await load.warm();
    let sessions = 0;
    const { answers, failed, rate } = await load.during(async () => {
      for (let i = 0; i < SECONDS; i++) {
        await pause(1_000);
        const count = Number(
          cluster.sql("select count(*) from pg_stat_activity where backend_type = 'client backend'"),
        );
        sessions = Math.max(sessions, count - 1);
      }
    });
    checks.ok(`${what}: 0 of ${answers.length} requests fail (${rate} a second)`, failed.length === 0, told(failed));
    checks.note(
      `${what}: median ${percentile(answers, 0.5)} ms, 99 of 100 within ${percentile(answers, 0.99)} ms, ${sessions} sessions`,
    );
    const lost = await load.lost();
    checks.ok(`${what}: nothing is lost`, lost.length === 0, lost.join());
    load.close();
    return { sessions };
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function startPooler(cluster) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-pooler-"));
  const port = await freePort();
  const path = join(folder, "pgbouncer.ini");
  writeFileSync(
    path,
    `[databases]
* = host=127.0.0.1 port=${cluster.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SESSIONS}
max_client_conn = 500
`,
  );
  const [uid, gid] = readFileSync("/etc/passwd", "utf8")
    .match(/^postgres:[^:]*:(\d+):(\d+)/m)
    .slice(1)
    .map(Number);
  const identity = process.getuid() === 0 ? { uid, gid } : {};
  if (identity.uid !== undefined) {
    chownSync(folder, uid, gid);
    chownSync(path, uid, gid);
  }
  const answers = () =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket.destroy() && true));
      socket.once("error", () => resolve(false));
    });
  let child;
  const start = async () => {
    child = spawn("pgbouncer", [path], { ...identity, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => (errors += data));
    if (!(await until(answers, 10_000, 50))) throw new Error(`pgbouncer does not listen: ${errors}`);
  };
  const end = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  };
  await start();
  return {
    port,
    async restart() {
      await end();
      await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
