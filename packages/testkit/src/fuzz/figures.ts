import type { Memory } from "./target.js";
import type { Run } from "./run.js";

const MiB = 1024 * 1024;
const PER = 10_000;

interface Sample {
  readonly shots: number;
  readonly value: number;
}

/** Least-squares slope of the last half of the samples, per ten thousand shots. */
export function slope(samples: readonly Sample[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (of: (sample: Sample) => number): number => half.reduce((sum, one) => sum + of(one), 0) / half.length;
  const [x, y] = [mean(({ shots }) => shots), mean(({ value }) => value)];
  const spread = half.reduce((sum, { shots }) => sum + (shots - x) ** 2, 0);
  if (spread === 0) return 0;
  return (half.reduce((sum, { shots, value }) => sum + (shots - x) * (value - y), 0) / spread) * PER;
}

const quantile = (sorted: readonly number[], part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);

const counted = (map: ReadonlyMap<string | number, number>): string =>
  [...map]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

function memoryLine(memory: Run["memory"], name: keyof Memory): string {
  const samples = memory.map((one) => ({ shots: one.shots, value: one[name] / MiB }));
  const path = samples.map(({ value }) => value.toFixed(0)).join(" ");
  return `${name.padEnd(9)} MiB ${path}; last half ${slope(samples).toFixed(2)} MiB per ${PER} requests`;
}

/** What people read at the end of a run. */
export function figuresText(run: Run): string {
  const sorted = [...run.milliseconds].sort((a, b) => a - b);
  const total = [...run.kinds.values()].reduce((sum, count) => sum + count, 0);
  return [
    `${total} requests in ${run.seconds.toFixed(0)} s: ${run.failures.length} failures, ${run.aftermath.length} faults afterwards`,
    `sorts     ${counted(run.kinds)}`,
    `statuses  ${counted(run.statuses)}`,
    `answers   median ${quantile(sorted, 0.5)} ms, 99 % ${quantile(sorted, 0.99)} ms, 99.9 % ${quantile(sorted, 0.999)} ms, longest ${quantile(sorted, 1)} ms`,
    ...[...run.slow]
      .sort(([a], [b]) => b - a)
      .slice(0, 12)
      .map(([milliseconds, n, what]) => `slow      ${milliseconds.toFixed(0)} ms: ${n} ${what}`),
    memoryLine(run.memory, "rss"),
    memoryLine(run.memory, "heapUsed"),
    memoryLine(run.memory, "external"),
    ...run.aftermath.map((fault) => `FAULT     ${fault}`),
  ].join("\n");
}
