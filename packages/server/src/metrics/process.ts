import type { Meter } from "./meter.js";
import { METRICS } from "./table.js";

const PERIOD_MS = 50;

/** Watches how late timers run; the result ends it. */
export function watchLoop(meter: Meter): () => void {
  let due = performance.now() + PERIOD_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    meter.observe(METRICS.loopDelay, {}, Math.max(0, now - due) / 1000);
    due = now + PERIOD_MS;
  }, PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Notes what the process takes of the machine. */
export function noteProcess(meter: Meter): void {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  meter.set(METRICS.cpuSeconds, {}, (user + system) / 1e6);
  meter.set(METRICS.residentBytes, {}, rss);
  meter.set(METRICS.heapBytes, {}, heapUsed);
  meter.set(METRICS.startTime, {}, Math.round(performance.timeOrigin) / 1000);
  meter.set(METRICS.processes, {}, 1);
}
