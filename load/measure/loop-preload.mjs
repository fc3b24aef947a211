// Loaded into every process of Kalends under measurement: on SIGUSR2 writes how long its event loop was kept since the
// last time, in milliseconds, and the processor time that went into the longest piece, which a busy machine does not lengthen.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const RESOLUTION = 10;
const folder = process.env.LOAD_LOOP_FOLDER;

function watchLoop() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const used = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ", 1)[0]) / 1e6;
  let last = used();
  let longest = 0;
  setInterval(() => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
  }, RESOLUTION).unref();
  process.on("SIGUSR2", () => {
    const figures = {
      delay: delay.max / 1e6 - RESOLUTION,
      p99: delay.percentile(99) / 1e6 - RESOLUTION,
      busy: longest,
    };
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(figures));
    delay.reset();
    longest = 0;
  });
}

if (folder !== undefined && isMainThread && process.argv.includes("serve")) watchLoop();
