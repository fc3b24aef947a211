// Starts the built server as an administrator would: the command, an empty folder, the embedded database.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const kalends = fileURLToPath(new URL("../../packages/server/bin/kalends.js", import.meta.url));

/** A running server with its admin password; `cli` runs a command beside it, `stop` ends it and, unless told to `keep`, removes its folder. */
export async function startServer({
  port = 0,
  env = {},
  keep = false,
  folder = mkdtempSync(join(tmpdir(), "kalends-compat-")),
} = {}) {
  const environment = { ...process.env, KALENDS_LISTEN: `127.0.0.1:${port}`, KALENDS_LOG_LEVEL: "warn", ...env };
  const child = spawn(process.execPath, [kalends, "serve"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      output += data;
      if (/ready at \S+[\s\S]*curl/.test(output)) resolve();
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors || output}`)));
  });
  const base = /ready at (\S+)/.exec(output)[1];
  const cli = (words, input) =>
    execFileSync(process.execPath, [kalends, ...words], {
      cwd: folder,
      env: environment,
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "pipe"],
    });
  return {
    base,
    folder,
    child,
    output,
    log: () => errors,
    password: /password\s+(\S+)/.exec(output)?.[1],
    cli,
    /** A fresh account with a known password. */
    account(name, password = `pw-${name}-0123456789`) {
      cli(["user", "add", name, "--password-stdin"], password);
      return { user: name, password };
    },
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill(signal);
        await ended;
      }
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
