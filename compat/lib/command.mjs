// One command as a person would type it, watched from outside.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { kalends } from "./server.mjs";

/** Its end, what it printed, seconds, its peak memory in MB. */
export function command({ folder, env }, ...words) {
  const start = performance.now();
  const environment = { ...process.env, KALENDS_LISTEN: "127.0.0.1:0", ...env };
  const child = spawn(process.execPath, [kalends, ...words], { cwd: folder, env: environment });
  const told = { stdout: "", stderr: "", memory: 0 };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (data) => {
      told[stream] += data;
    });
  }
  const timer = setInterval(() => {
    told.memory = peakMemory(child.pid) || told.memory;
  }, 100);
  return new Promise((resolve) => {
    child.on("close", (status) => {
      clearInterval(timer);
      resolve({ ...told, status, seconds: Math.round((performance.now() - start) / 100) / 10 });
    });
  });
}

/** Most memory a process has had, in MB; 0 when it is gone. */
export function peakMemory(pid) {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
