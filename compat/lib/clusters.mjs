// PostgreSQL clusters of their own, on TCP, with all that makes a write durable: stopped, frozen, copied, promoted.
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./proxies.mjs";

const bin = () => {
  const versions = readdirSync("/usr/lib/postgresql")
    .map(Number)
    .filter((v) => v >= 15);
  return `/usr/lib/postgresql/${Math.max(...versions)}/bin`;
};

function identity() {
  if (process.getuid() !== 0) return {};
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((each) => each.split(":"))
    .find(([name]) => name === "postgres");
  return { uid: Number(line[2]), gid: Number(line[3]) };
}

function run(program, ...words) {
  const done = spawnSync(join(bin(), program), words, {
    ...identity(),
    cwd: "/",
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
}

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), "kalends-cluster-"));
  const { uid, gid } = identity();
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

/** A cluster that is there already in `folder`; started by `start`. */
function clusterIn(folder, port) {
  const data = join(folder, "data");
  const control = (...words) => run("pg_ctl", "-D", data, "-w", "-l", join(folder, "log"), ...words);
  const pidFile = join(data, "postmaster.pid");
  const pid = () => Number.parseInt(readFileSync(pidFile, "utf8"), 10);
  const sessions = () => {
    const children = readFileSync(`/proc/${pid()}/task/${pid()}/children`, "utf8").trim().split(" ");
    return [pid(), ...children.map(Number).filter(Boolean)];
  };
  const signal = (name) => {
    for (const each of sessions()) process.kill(each, name);
  };
  const sql = (statement) =>
    execFileSync(join(bin(), "psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-tAc", statement], {
      encoding: "utf8",
    }).trim();
  return {
    port,
    data,
    host: `127.0.0.1:${port}`,
    url: (name = "postgres") => `postgres://postgres@127.0.0.1:${port}/${name}`,
    start: () =>
      control(
        "-o",
        `-c listen_addresses=127.0.0.1 -p ${port} -k ${folder} -c shared_buffers=32MB -c max_connections=100`,
        "start",
      ),
    stop: (mode = "fast") => control("-m", mode, "stop"),
    promote: () => control("promote"),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    /** As a machine dies: no session says goodbye. */
    kill: () => signal("SIGKILL"),
    sql,
    /** What the server wrote to its log. */
    log: () => readFileSync(join(folder, "log"), "utf8"),
    remove() {
      if (existsSync(pidFile))
        spawnSync(join(bin(), "pg_ctl"), ["-D", data, "-m", "immediate", "stop"], { ...identity(), cwd: "/" });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A new cluster, started. */
export async function newCluster() {
  const folder = newFolder();
  run("initdb", "-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
  const cluster = clusterIn(folder, await freePort());
  cluster.start();
  return cluster;
}

/** A standby of a running cluster, which streams from it under `name`. */
export async function standbyOf(primary, name) {
  const folder = newFolder();
  const from = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`;
  run("pg_basebackup", "-D", join(folder, "data"), "-R", "-X", "stream", "-c", "fast", "-d", from);
  const cluster = clusterIn(folder, await freePort());
  cluster.start();
  return cluster;
}
