// Runs a script of compat/python: it prints one JSON object a line, a check or a note, and these are counted here.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Ends when the script does; a script that fails or does not end in time is a failed check. */
export async function runPython(script, server, account, checks, { env = {}, before = [], limit = 240_000 } = {}) {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  const given = { BASE: server.base, ACCOUNT: account.user, PASSWORD: account.password, HOME: server.folder };
  const [program, ...words] = [...before, "/usr/bin/python3", "-B", path];
  const child = spawn(program, words, {
    cwd: server.folder,
    env: { ...process.env, TZ: "UTC", LC_ALL: "C.UTF-8", NO_PROXY: "127.0.0.1", ...given, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  // What it started ends with it: a negative number stands for the whole group.
  const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), limit);
  let errors = "";
  child.stderr.on("data", (data) => (errors += data));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) record(line, checks);
  const code = await ended;
  clearTimeout(timer);
  checks.ok(`${script} ran to its end`, code === 0, errors.slice(-600) || `ended with ${code}`);
}

function record(line, checks) {
  if (!line.startsWith("{")) return checks.note(line);
  const { text, held, detail, note } = JSON.parse(line);
  return note === undefined ? checks.ok(text, held, detail) : checks.note(note);
}
