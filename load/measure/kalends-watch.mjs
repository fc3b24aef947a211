// What Kalends tells about itself while it is measured: statements from its access log, delays of its event loops.
import { openSync, readdirSync, readFileSync, readSync, closeSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { below } from "./processes.mjs";

const PATIENCE = 2000;
const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function since(path, offset) {
  const length = sizeOf(path) - offset;
  if (length <= 0) return "";
  const octets = Buffer.alloc(length);
  const file = openSync(path, "r");
  readSync(file, octets, 0, length, offset);
  closeSync(file);
  return octets.toString("utf8");
}

/** Mean of the `statements` field of access log lines; null when there are none. */
export function statementsIn(text) {
  const counts = [...text.matchAll(/"statements":(\d+)/g)].map(([, count]) => Number(count));
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

/** Processes that have the watch on their event loop: those it wrote of before, or the ones that catch the signal. */
const catchesSignal = (pid) => {
  try {
    const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & (1n << 11n)) !== 0n;
  } catch {
    return false;
  }
};

async function ask(loops, pid) {
  const pids = below([pid])
    .map((process) => process.pid)
    .filter(catchesSignal);
  for (const name of readdirSync(loops)) unlinkSync(join(loops, name));
  for (const one of pids) process.kill(one, "SIGUSR2");
  const began = performance.now();
  while (readdirSync(loops).length < pids.length && performance.now() - began < PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const told = [];
  for (const name of readdirSync(loops)) {
    try {
      told.push(JSON.parse(readFileSync(join(loops, name), "utf8")));
    } catch {
      // being written at this moment, after its time
    }
  }
  const most = (key) => (told.length === 0 ? null : Math.max(0, ...told.map((figures) => figures[key])));
  return { loopDelay: most("delay"), loopP99: most("p99"), loopBusy: most("busy") };
}

/** Begins now; `stop` gives `statements` per request and `loopDelay`, `loopP99`, `loopBusy` in milliseconds. */
export function watchKalends({ log, loops, pid }) {
  const offset = sizeOf(log);
  const begun = ask(loops, pid);
  return {
    async stop() {
      await begun;
      const figures = await ask(loops, pid);
      return { statements: statementsIn(since(log, offset)), ...figures };
    },
  };
}
