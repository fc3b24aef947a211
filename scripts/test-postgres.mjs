// Starts a throw-away PostgreSQL cluster on a unix socket for tests:
//   test-postgres.mjs run -- CMD…   start, run with KALENDS_TEST_POSTGRES set, stop and remove
//   test-postgres.mjs start         start and print the URL;  test-postgres.mjs stop URL
//   test-postgres.mjs crash URL     kill -9 all of it;  test-postgres.mjs resume URL  start it again
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const oldest = 15;

function binaries() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .map(Number)
        .filter((v) => v >= oldest)
    : [];
  const found = versions.sort((a, b) => b - a).map((v) => join(debian, String(v), "bin"));
  const onPath = (process.env.PATH ?? "").split(":").filter((folder) => existsSync(join(folder, "initdb")));
  const bin = [...found, ...onPath].find((folder) => existsSync(join(folder, "postgres")));
  if (!bin) throw new Error(`no PostgreSQL ${oldest} or newer found`);
  return bin;
}

/** The server refuses to run as root: an unprivileged user from the password file takes its place. */
function identity() {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const user = ["postgres", "nobody"].map((name) => users.find(([n]) => n === name)).find(Boolean);
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function run(command, args) {
  const done = spawnSync(command, args, {
    ...identity(),
    cwd: "/",
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (done.status !== 0) throw new Error(`${command}: ${done.error?.message ?? done.stderr}`);
}

function start() {
  const folder = mkdtempSync(join(tmpdir(), "kalends-pg-"));
  const { uid, gid } = identity();
  if (uid !== undefined) chownSync(folder, uid, gid);
  const data = join(folder, "data");
  run(join(binaries(), "initdb"), [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "-N",
  ]);
  startServer(folder);
  return `postgres://postgres@localhost/postgres?host=${folder}`;
}

function startServer(folder) {
  const settings = `-c listen_addresses= -k ${folder} -c shared_buffers=32MB -c max_connections=60`;
  const words = ["-D", join(folder, "data"), "-w", "-l", join(folder, "log"), "-o", settings, "start"];
  run(join(binaries(), "pg_ctl"), words);
}

function folderOf(url) {
  const folder = new URL(url).searchParams.get("host") ?? "";
  if (!folder.includes("kalends-pg-")) throw new Error(`not a test cluster: ${url}`);
  return folder;
}

function crash(url) {
  const [pid = ""] = readFileSync(join(folderOf(url), "data", "postmaster.pid"), "utf8").split("\n");
  const sessions = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  spawnSync("kill", ["-9", pid, ...sessions]);
}

/** Starts again after a crash; the first tries fail until the last session has noticed that its server is gone. */
function resume(url, tries = 20) {
  try {
    startServer(folderOf(url));
  } catch (error) {
    if (tries === 0) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    resume(url, tries - 1);
  }
}

function stop(url) {
  const folder = folderOf(url);
  run(join(binaries(), "pg_ctl"), ["-D", join(folder, "data"), "-w", "-m", "immediate", "stop"]);
  rmSync(folder, { recursive: true, force: true });
}

function runWith(command) {
  const url = start();
  try {
    const [program = "", ...args] = command;
    const env = { ...process.env, KALENDS_TEST_POSTGRES: url };
    return spawnSync(program, args, { env, stdio: "inherit" }).status ?? 1;
  } finally {
    stop(url);
  }
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === "start") console.log(start());
else if (verb === "stop") stop(rest[0] ?? "");
else if (verb === "crash") crash(rest[0] ?? "");
else if (verb === "resume") resume(rest[0] ?? "");
else if (verb === "run") process.exitCode = runWith(rest[0] === "--" ? rest.slice(1) : rest);
else
  throw new Error(
    `usage: ${join(dirname(process.argv[1] ?? ""), "test-postgres.mjs")} start | stop URL | crash URL | resume URL | run -- CMD`,
  );
