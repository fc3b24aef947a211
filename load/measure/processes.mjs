// Processor time and memory of a server: the processes below the ones it was started as, read from /proc.
import { readdirSync, readFileSync } from "node:fs";

const TICKS = 100;
const PAGE = 4096;

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function all() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : null;
    if (stat === null) continue;
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    // utime, stime, and those of children that have ended
    const cpu = (fields[11] + fields[12] + fields[13] + fields[14]) / TICKS;
    found.set(Number(name), { pid: Number(name), parent: fields[1], cpu, rss: fields[21] * PAGE });
  }
  return found;
}

/** The processes below these roots, the roots included. */
export function below(roots) {
  const processes = all();
  const children = new Map();
  for (const { pid, parent } of processes.values()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found = new Set();
  const waiting = roots.filter((pid) => processes.has(pid));
  while (waiting.length > 0) {
    const pid = waiting.pop();
    if (found.has(pid)) continue;
    found.add(pid);
    waiting.push(...(children.get(pid) ?? []));
  }
  return [...found].map((pid) => processes.get(pid));
}

/** Seconds of processor time so far. */
export const cpuSeconds = (roots) => below(roots).reduce((sum, { cpu }) => sum + cpu, 0);

/** Bytes: `pss` of all together, shared pages counted once, and the largest `rss` of a single process. */
export function memory(roots) {
  let pss = 0;
  let largest = 0;
  for (const { pid, rss } of below(roots)) {
    const shared = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "");
    pss += shared ? Number(shared[1]) * 1024 : rss;
    largest = Math.max(largest, rss);
  }
  return { pss, largest };
}

/** Looks at the memory once a second until `stop`, which gives the peaks. */
export function watchMemory(roots, largestOf = roots) {
  const peak = { pss: 0, largest: 0 };
  const look = () => {
    peak.pss = Math.max(peak.pss, memory(roots).pss);
    peak.largest = Math.max(peak.largest, memory(largestOf).largest);
  };
  look();
  const timer = setInterval(look, 1000);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
