import { countIn, type Figures, type Series, seriesKey, sizeOf } from "./figures.js";
import { type Metric, metricList } from "./table.js";

/** What a process counts while it works. */
export interface Meter {
  /** Adds to a counter. */
  add<L extends string>(metric: Metric<L>, labels: Readonly<Record<L, string>>, count?: number): void;
  /** Counts a value in a histogram. */
  observe<L extends string>(metric: Metric<L>, labels: Readonly<Record<L, string>>, value: number): void;
  /** Says what a gauge, or a counter that somebody else keeps, is at. */
  set<L extends string>(metric: Metric<L>, labels: Readonly<Record<L, string>>, value: number): void;
  /** The numbers of one series, for who counts in it often. */
  series<L extends string>(metric: Metric<L>, labels: Readonly<Record<L, string>>): number[];
  figures(): Figures;
}

/** Figures that begin at nothing. Series without labels are there from the start. */
export function createMeter(): Meter {
  const kept = new Map<string, Series>(
    metricList.map((metric) => {
      const zero: [string, number[]][] = metric.labels.length === 0 ? [["", fresh(metric)]] : [];
      return [metric.name, new Map(zero)];
    }),
  );

  function series<L extends string>(metric: Metric<L>, labels: Readonly<Record<L, string>>): number[] {
    const key = metric.labels.length === 0 ? "" : seriesKey(metric.labels.map((label) => labels[label]));
    const all = kept.get(metric.name);
    const there = all?.get(key);
    if (there) return there;
    const made = fresh(metric);
    all?.set(key, made);
    return made;
  }

  return {
    series,
    add(metric, labels, count = 1) {
      const one = series(metric, labels);
      one[0] = (one[0] ?? 0) + count;
    },
    observe(metric, labels, value) {
      countIn(series(metric, labels), metric.buckets, value);
    },
    set(metric, labels, value) {
      series(metric, labels)[0] = value;
    },
    figures: () =>
      Object.fromEntries(
        [...kept].map(([name, all]) => [name, Object.fromEntries([...all].map(([key, one]) => [key, [...one]]))]),
      ),
  };
}

const fresh = (metric: Metric): number[] => Array.from({ length: sizeOf(metric) }, () => 0);
