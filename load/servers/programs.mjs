// Programs the benchmark starts: each in the foreground, as a child of it, its output in a file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

const PATIENCE = 60_000;
const GRACE = 20_000;

/** The numbers of a user of this machine, where we may become it. */
export function identity(name) {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`there is no user ${name}`);
  const [, , uid, gid] = line.split(":").map(Number);
  return { uid, gid };
}

/** Runs a program to its end; its output, or an error with what it said. */
export function run(program, words, { input, ...options } = {}) {
  const done = spawnSync(program, words, { encoding: "utf8", cwd: "/", input, ...options });
  if (done.status === 0) return done.stdout;
  throw new Error(
    `${program} ${words.join(" ")}: ${done.error?.message ?? `${done.stderr}${done.stdout}`.slice(0, 2000)}`,
  );
}

const running = new Set();

/** Starts a program that goes on; `stop` asks it to end, and in the end makes it. */
export function start(program, words, { log, signal = "SIGTERM", ...options }) {
  const output = openSync(log, "a");
  const child = spawn(program, words, { cwd: "/", ...options, stdio: ["ignore", output, output] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.once("error", (error) => console.error(`${program}: ${error.message}`));
  running.add(child);
  void ended.then(() => running.delete(child));
  return {
    pid: child.pid,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      const impatience = setTimeout(() => child.kill("SIGKILL"), GRACE);
      child.kill(signal);
      await ended;
      clearTimeout(impatience);
    },
  };
}

process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true) || socket.destroy());
    socket.once("error", () => resolve(false));
  });

/** Throws where somebody else has a port: he would be measured instead. */
export async function free(port) {
  if (await accepts(port)) throw new Error(`port ${port} is taken; choose others with --port`);
}

/** Waits until something takes connections on a port of this machine. */
export async function listening(port, program) {
  const began = performance.now();
  while (!(await accepts(port))) {
    if (program.ended()) throw new Error(`what should listen on port ${port} has ended`);
    if (performance.now() - began > PATIENCE) throw new Error(`nothing listens on port ${port}`);
    await pause(50);
  }
}

export async function until(condition, what) {
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > PATIENCE) throw new Error(`waited in vain for ${what}`);
    await pause(50);
  }
}

/** The first of these programs that is there. */
export const found = (...paths) => paths.find((path) => existsSync(path));
export const removed = (folder, name) => rmSync(join(folder, name), { force: true });
