// A clean copy of the checkout, run by docker compose as an administrator would, under a project name of its own.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const docker = (words, options = {}) =>
  spawnSync("docker", words, { encoding: "utf8", maxBuffer: 64 << 20, ...options });

/** Whether a container engine answers here, with compose. */
export const hasEngine = () => docker(["info"]).status === 0 && docker(["compose", "version"]).status === 0;

/** Whether an image is here, or can be had. */
export const hasImage = (name) =>
  docker(["image", "inspect", name]).status === 0 ||
  docker(["pull", "--quiet", name], { timeout: 120_000 }).status === 0;

/** The n-th block of commands under a heading of docs/compose.md. */
function documented(heading, n) {
  const page = readFileSync(join(checkout, "docs/compose.md"), "utf8");
  const [, section = ""] = page.split(new RegExp(`^## ${heading}$`, "m"));
  const [own = ""] = section.split(/^## /m);
  const found = [...own.matchAll(/^```console\n([\s\S]*?)^```/gm)][n]?.[1];
  if (found === undefined) throw new Error(`docs/compose.md has no block ${n} under "${heading}"`);
  return found;
}

/** What the repository holds, without what lies around in this checkout. */
function copyOfCheckout() {
  const folder = mkdtempSync(join(tmpdir(), "kalends-compose-"));
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = spawnSync("git", listed, { cwd: checkout, encoding: "utf8", maxBuffer: 64 << 20 }).stdout.split("\0");
  for (const file of files.filter(Boolean)) {
    if (!file.startsWith("test-fixtures/")) cpSync(join(checkout, file), join(folder, file), { recursive: true });
  }
  return folder;
}

/** `variables`: those of docker-compose.yml. Commands give what they print and `status`; `must` throws when they fail. */
export function openStack(variables) {
  const folder = copyOfCheckout();
  const env = { ...process.env, COMPOSE_PROJECT_NAME: "kalends-test", ...variables };
  const compose = (...words) => docker(["compose", ...words], { cwd: folder, env });
  const must = (...words) => {
    const done = compose(...words);
    if (done.status !== 0) throw new Error(`docker compose ${words.join(" ")}: ${done.stderr}\n${done.stdout}`);
    return done.stdout;
  };
  const pipe = (input, service, ...words) =>
    docker(["compose", "exec", "--no-TTY", service, ...words], { cwd: folder, env, input });
  const idOf = (service) => compose("ps", "--all", "--quiet", service).stdout.trim().split("\n")[0];
  return {
    folder,
    compose,
    must,
    /** The same without holding this process up. */
    meanwhile: (...words) =>
      new Promise((resolve, reject) => {
        const child = spawn("docker", ["compose", ...words], { cwd: folder, env, stdio: "ignore" });
        child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`docker compose ${words}: ${code}`))));
      }),
    /** Commands as docs/compose.md has them, in the folder of the stack; those of git have nothing to fetch there. */
    asWritten(heading, n = 0) {
      const commands = documented(heading, n).replace(/^git .*\n/gm, "");
      const done = spawnSync("sh", ["-euc", commands], { cwd: folder, env, encoding: "utf8" });
      if (done.status !== 0) throw new Error(`${heading}: ${done.stderr}`);
      return done.stdout;
    },
    /** Another profile, or other variables, for the commands from here on. */
    change: (others) => Object.assign(env, others),
    makeSecrets: () => spawnSync("sh", ["deploy/make-secrets.sh"], { cwd: folder }),
    secrets() {
      const read = (name) => readFileSync(join(folder, "secrets", name), "utf8");
      return { database: read("database_password"), admin: read("admin_password") };
    },
    /** A command inside a container. */
    exec: (service, ...words) => compose("exec", "--no-TTY", service, ...words),
    /** The same with something to read. */
    pipe,
    /** What the engine knows of a service's container, by a Go template. */
    inspect: (service, template) => docker(["inspect", "--format", template, idOf(service)]).stdout.trim(),
    image: (template, name = variables.IMAGE) => docker(["image", "inspect", "--format", template, name]).stdout.trim(),
    history: () => docker(["history", "--no-trunc", variables.IMAGE]).stdout,
    /** The main process ends as if by a crash: its restart policy sees it, unlike `docker kill`. */
    crash: (service) => compose("exec", "--no-TTY", service, "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)"),
    restarts: (service) => Number(docker(["inspect", "--format", "{{.RestartCount}}", idOf(service)]).stdout),
    isHealthy: (service) =>
      docker(["inspect", "--format", "{{.State.Health.Status}}", idOf(service)]).stdout.trim() === "healthy",
    close() {
      compose("--profile", "*", "down", "--volumes", "--remove-orphans");
      docker(["image", "rm", variables.IMAGE]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
