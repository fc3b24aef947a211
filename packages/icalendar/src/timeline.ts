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

/** Wipes many periods off a timeline at once, in whatever order they come and whether or not they overlap. */
export function wipe<T>(timeline: readonly Stretch<T>[], periods: readonly Period[]): Stretch<T>[] {
  const free = united(periods);
  const left: Stretch<T>[] = [];
  let next = 0;
  for (const stretch of timeline) {
    let { start } = stretch;
    while ((free[next]?.end ?? Infinity) <= start) next++;
    for (const gap of within(free, next, stretch.end)) {
      if (gap.start > start) left.push({ ...stretch, start, end: gap.start });
      start = Math.max(start, gap.end);
    }
    if (start < stretch.end) left.push({ ...stretch, start });
  }
  return left;
}

function* within(free: readonly Period[], from: number, end: number): Generator<Period> {
  for (let i = from; i < free.length; i++) {
    const gap = free[i];
    if (!gap || gap.start >= end) return;
    yield gap;
  }
}

/** Ascending, what overlaps or touches made one. */
function united(periods: readonly Period[]): Period[] {
  const found: { start: number; end: number }[] = [];
  const ascending = periods.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  for (const { start, end } of ascending) {
    const last = found.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else found.push({ start, end });
  }
  return found;
}
