import { addRepeated, FIRST_YEAR, fixedOnsets, LAST_YEAR, type Observance, type Onset, yearOf } from "./observance.js";

/** A stretch of time with one offset: [from, to) in UTC milliseconds, offset in seconds. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** The year before the first stands for all earlier time, that after the last for all later. */
const DAWN = FIRST_YEAR - 1;
const DUSK = LAST_YEAR + 1;
const begin = (year: number): number => (year === DAWN ? Number.NEGATIVE_INFINITY : Date.UTC(year, 0));
const end = (year: number): number => (year === DUSK ? Number.POSITIVE_INFINITY : Date.UTC(year + 1, 0));

/** The offset function of observances, in seconds by instant: rules are followed only for the years asked for, and those kept. */
export function offsetsOf(observances: readonly Observance[]): (utc: number) => number {
  const years = new Map<number, readonly Span[]>();
  let spansOf: ((year: number) => readonly Span[]) | undefined;
  let current: Span = { from: 0, to: 0, offset: 0 };
  const lookUp = (utc: number): Span => {
    const year = utc < begin(FIRST_YEAR) ? DAWN : utc >= begin(DUSK) ? DUSK : yearOf(utc);
    spansOf ??= spanReader(observances);
    const spans = years.get(year) ?? spansOf(year);
    years.set(year, spans);
    return spans.find((span) => utc < span.to) ?? spans.at(-1) ?? current;
  };
  return (utc) => {
    if (utc < current.from || utc >= current.to) current = lookUp(utc);
    return current.offset;
  };
}

function spanReader(observances: readonly Observance[]): (year: number) => readonly Span[] {
  const fixed = observances.flatMap(fixedOnsets).sort((a, b) => a.at - b.at);
  const ruled = observances.filter(({ repeated }) => repeated.length > 0);
  const lastRuled = Math.max(DAWN, ...ruled.flatMap(({ repeated }) => repeated.map((each) => each.lastYear + 1)));
  const found = new Map<number, readonly Onset[]>();

  const onsetsOf = (year: number): readonly Onset[] => {
    const known = found.get(year);
    if (known) return known;
    const onsets = fixed.slice(countBefore(fixed, begin(year)), countBefore(fixed, end(year)));
    if (year !== DAWN && year !== DUSK) {
      for (const each of ruled) addRepeated(onsets, each, year);
      onsets.sort((a, b) => a.at - b.at);
    }
    found.set(year, onsets);
    return onsets;
  };

  const offsetAtBegin = (year: number): number => {
    const last = fixed[countBefore(fixed, begin(year)) - 1];
    const floor = Math.max(FIRST_YEAR, last ? yearOf(last.at) : FIRST_YEAR);
    for (let each = Math.min(year - 1, lastRuled, LAST_YEAR); each >= floor; each--) {
      const onset = onsetsOf(each).at(-1);
      if (onset) return onset.after;
    }
    return last?.after ?? fixed[0]?.before ?? 0;
  };

  return (year) => {
    const spans: Span[] = [];
    let [from, offset] = [begin(year), offsetAtBegin(year)];
    for (const { at, after } of onsetsOf(year)) {
      if (at > from) spans.push({ from, to: at, offset });
      [from, offset] = [at, after];
    }
    return [...spans, { from, to: end(year), offset }];
  };
}

/** How many onsets, ascending, are earlier than an instant. */
function countBefore(onsets: readonly Onset[], instant: number): number {
  let low = 0;
  let high = onsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((onsets[middle]?.at ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
