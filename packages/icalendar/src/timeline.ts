import type { Range } from "./overlap.js";
import type { Period } from "./periods.js";

/** A stretch of time with a mark; what carries no mark is free. */
export interface Stretch<T> extends Period {
  readonly mark: T;
}

/** Lays a mark over a timeline: ascending stretches that do not overlap. `undefined` wipes. */
export function paint<T>(timeline: readonly Stretch<T>[], { start, end }: Period, mark: T | undefined): Stretch<T>[] {
  if (end <= start) return [...timeline];
  const before = timeline.flatMap((each) => (each.start < start ? [{ ...each, end: Math.min(each.end, start) }] : []));
  const after = timeline.flatMap((each) => (each.end > end ? [{ ...each, start: Math.max(each.start, end) }] : []));
  return [...before, ...(mark === undefined ? [] : [{ start, end, mark }]), ...after];
}

/** Cuts periods to a range and drops what lies outside. */
export function clip<P extends Period>(periods: readonly P[], range: Range): P[] {
  return periods.flatMap((each) => {
    const start = Math.max(each.start, range.start);
    const end = Math.min(each.end, range.end);
    return start < end ? [{ ...each, start, end }] : [];
  });
}
