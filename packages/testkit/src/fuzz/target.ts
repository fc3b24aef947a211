import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type DatabaseKind, makeTestDatabase } from "../test-database.js";

/** Octets in use after everything that could be thrown away was. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** The server that is shot at. */
export interface Target {
  readonly base: string;
  /** What it wrote into its log so far; at the level `error` that is nothing while all is well. */
  log(): string;
  isAlive(): boolean;
  memory(): Promise<Memory>;
  command(words: readonly string[], input?: string): Promise<void>;
  stop(): Promise<void>;
}

const KALENDS = fileURLToPath(new URL("../../../server/bin/kalends.js", import.meta.url));
const QUIET_MS = 150;

/** Runs in the server: clears up when asked to, and says what is left. */
const PROBE = `data:text/javascript,${encodeURIComponent(
  "if(process.channel){process.on('message',()=>{gc();gc();process.send(process.memoryUsage())});process.channel.unref()}",
)}`;

/** Starts the built server as a process of its own with an empty database. */
export async function startTarget(kind: DatabaseKind): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-fuzz-"));
  const database = kind === "postgres" ? await makeTestDatabase("postgres") : null;
  const environment = {
    ...process.env,
    KALENDS_DATABASE: database?.url ?? `embedded:${folder}/data`,
    KALENDS_LISTEN: "127.0.0.1:0",
    KALENDS_DOMAIN: "mail.example",
    KALENDS_AUTH_BCRYPT_COST: "4",
    KALENDS_AUTH_FAILURES: "1000000000",
    KALENDS_LOG_LEVEL: "warn",
  };
  const child = spawn(process.execPath, ["--expose-gc", "--import", PROBE, KALENDS, "serve"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let log = "";
  child.stderr?.on("data", (data: Buffer) => {
    log = (log + String(data)).slice(-1_000_000);
  });
  const base = await readiness(child, () => log);
  return {
    base,
    log: () => log,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async memory() {
      await pause(QUIET_MS);
      return new Promise((resolve) => {
        child.once("message", (told) => resolve(told as Memory));
        child.send("memory");
      });
    },
    command: (words, input = "") => command(words, input, folder, environment),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await ended;
      }
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readiness(child: ChildProcess, log: () => string): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (data: Buffer) => {
      output += String(data);
      const [, base] = /ready at (\S+)[\s\S]*curl/.exec(output) ?? [];
      if (base !== undefined) resolve(base);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${log()}${output}`)));
  });
}

function command(words: readonly string[], input: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [KALENDS, ...words], { cwd, env, stdio: ["pipe", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += String(data);
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`kalends ${words.join(" ")}: ${errors}`))));
  });
}
