// The documentation as a newcomer reads it: every `sh` block of README.md and docs/*.md runs as written, page by page, in a
// shell of its own beside a fresh server. A `text` block after it says what is printed; `…` in it stands for anything.
// Blocks tagged `console` are shown to people and not run. Only the addresses are changed, where their ports are taken.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensure } from "./lib/packages.mjs";
import { startServer } from "./lib/server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const address = "http://127.0.0.1:8100";
/** A page that names it is run beside a server that listens there too. */
const ftpAddress = "ftp://127.0.0.1:2121";
const BLOCK_LIMIT_MS = 180_000;
const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
const linkTarget = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

/** Blocks of a page in order; a `text` block belongs to the `sh` block right before it. */
export function blocksOf(page) {
  const blocks = [];
  for (const [, language, text] of page.matchAll(fence)) {
    const last = blocks[blocks.length - 1];
    if (language === "text" && last?.language === "sh" && last.expected === undefined) last.expected = text;
    else blocks.push({ language, text });
  }
  return blocks;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const plain = (text) => text.replaceAll("\r", "").trim();

export const prints = (expected, output) =>
  new RegExp(`^${plain(expected).split("…").map(escaped).join("[\\s\\S]*")}$`).test(plain(output));

/** A folder that looks like a checkout, so that commands of a page find the program and leave the real one alone. */
function checkout() {
  const folder = mkdtempSync(join(tmpdir(), "kalends-docs-"));
  for (const name of ["package.json", "node_modules", "packages"]) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "home"));
  return folder;
}

/** `npx` looks the command up anew each time, which takes longer than most commands: only the first use of a page goes through it. */
const quickNpx = (kalends) => `npx() {
  if [ "$1" = kalends ] && [ -n "$npx_was_used" ]; then shift; ${kalends} "$@"
  else npx_was_used=yes; command npx "$@"; fi
}
`;

/** A shell that keeps its variables from block to block and ends at the first command that fails. */
function openShell(folder, env) {
  const shell = spawn("bash", ["-e"], { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
  shell.stdin.write(quickNpx(join(folder, "packages/server/bin/kalends.js")));
  let output = "";
  const ended = new Promise((resolve) => shell.once("exit", resolve));
  for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (data) => (output += data));
  let count = 0;
  return {
    async run(text) {
      output = "";
      const mark = `end-of-block-${++count}`;
      const file = join(folder, "home", `block-${count}.sh`);
      writeFileSync(file, text);
      shell.stdin.write(`. ${file} </dev/null 2>&1\necho ${mark}\n`);
      const limit = Date.now() + BLOCK_LIMIT_MS;
      while (!output.includes(mark) && shell.exitCode === null && Date.now() < limit) {
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), ended]);
      }
      const held = output.includes(mark);
      return { held, output: output.replace(`${mark}\n`, "") };
    },
    close() {
      shell.stdin.end();
      if (shell.exitCode === null) shell.kill();
    },
  };
}

const firstLine = (text) => text.trim().split("\n")[0].slice(0, 70);

async function runPage(name, blocks, checks) {
  const folder = checkout();
  const usesFtp = blocks.some(({ text }) => text.includes(new URL(ftpAddress).host));
  const server = await startServer({ folder, keep: true, env: usesFtp ? { KALENDS_FTP_LISTEN: "127.0.0.1:0" } : {} });
  const ftp = /ftp:\/\/[^/]+/.exec(server.output)?.[0] ?? ftpAddress;
  const home = join(folder, "home");
  const own = { HOME: home, KALENDS_LISTEN: new URL(server.base).host, npm_config_update_notifier: "false" };
  const shell = openShell(folder, { ...process.env, ...own });
  const here = (text) => text.replaceAll(address, server.base).replaceAll(new URL(ftpAddress).host, new URL(ftp).host);
  try {
    for (const { text, expected } of blocks) {
      const { held, output } = await shell.run(here(text));
      const right = held && (expected === undefined || prints(here(expected), output));
      checks.ok(`${name}: ${firstLine(text)}`, right, `printed:\n${output}\nexpected:\n${expected ?? "no failure"}`);
      if (!held) break;
    }
  } finally {
    shell.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Links to files of the repository that lead nowhere. */
function deadLinks(path, page) {
  const targets = [...page.replace(fence, "").matchAll(linkTarget)].map(([, target]) => target);
  const exists = (target) => {
    try {
      return Boolean(readFileOrFolder(join(root, path, "..", target)));
    } catch {
      return false;
    }
  };
  return targets.filter((target) => !/^[a-z]+:/i.test(target) && !exists(target));
}

function readFileOrFolder(path) {
  try {
    return readdirSync(path);
  } catch {
    return readFileSync(path).length > 0;
  }
}

export async function run(_server, checks) {
  if (!ensure("curl")) return checks.skip("everything", "curl cannot be installed");
  const inDocs = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...inDocs.map((file) => join("docs", file))];
  let shown = 0;
  for (const name of pages) {
    const page = readFileSync(join(root, name), "utf8");
    const blocks = blocksOf(page);
    const dead = deadLinks(name, page);
    checks.ok(`${name}: its links lead somewhere`, dead.length === 0, dead.join(" "));
    shown += blocks.filter(({ language }) => language === "console").length;
    const toRun = blocks.filter(({ language }) => language === "sh");
    if (toRun.length > 0) await runPage(name, toRun, checks);
  }
  checks.note(`${shown} blocks are shown and not run`);
}
