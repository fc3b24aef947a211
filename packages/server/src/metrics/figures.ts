import type { Metric } from "./table.js";

/**
 * Figures of one process or of several, as plain data: by the name of the metric and the values of its labels. A counter
 * and a gauge are one number; a histogram is its counts by bucket, the last for what exceeds all, and the sum.
 */
export type Figures = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** What process figures are kept in while they grow. */
export type Series = Map<string, number[]>;

const SEPARATOR = "\0";

export const seriesKey = (values: readonly string[]): string => values.join(SEPARATOR);
export const labelValues = (key: string): readonly string[] => key.split(SEPARATOR);

/** How many numbers one series of a metric takes. */
export const sizeOf = ({ type, buckets }: Metric): number => (type === "histogram" ? buckets.length + 2 : 1);

/** Counts one value of a histogram; buckets are not cumulative here. */
export function countIn(series: number[], buckets: readonly number[], value: number): void {
  let at = 0;
  while (at < buckets.length && value > (buckets[at] ?? 0)) at += 1;
  series[at] = (series[at] ?? 0) + 1;
  series[buckets.length + 1] = (series[buckets.length + 1] ?? 0) + value;
}

/** The figures of several processes as one: counters, histograms and most gauges add up. */
export function together(all: readonly Figures[], metrics: readonly Metric[]): Figures {
  return Object.fromEntries(
    metrics.map((metric) => {
      const joined: Record<string, number[]> = {};
      for (const [key, numbers] of all.flatMap((each) => Object.entries(each[metric.name] ?? {}))) {
        const before = joined[key];
        joined[key] = before ? before.map((n, i) => join(metric, n, numbers[i] ?? 0)) : [...numbers];
      }
      return [metric.name, joined];
    }),
  );
}

const join = ({ across }: Metric, a: number, b: number): number => (across === "max" ? Math.max(a, b) : a + b);

/** What stays of a process that is over: its counters, so that sums never shrink. */
export function remains(figures: Figures, metrics: readonly Metric[]): Figures {
  const counted = metrics.filter(({ type }) => type !== "gauge");
  return Object.fromEntries(counted.map(({ name }) => [name, figures[name] ?? {}]));
}
