import { DAY, HOUR, MINUTE, SECOND, weekday } from "../wall.js";
import { type Anchor, anchorOf, dayPasses, daysOfMonth, daysOfWeek, daysOfYear, monthPasses } from "./days.js";
import type { Rule } from "./rule.js";
import type { Month, Scale } from "./scale.js";

/** How far a walk may look: no further than a wall time, and only so many more times without finding an instance. */
export interface Budget {
  left: number;
  readonly to: number;
  /** All before this wall time has been looked at. */
  reached: number;
}

/** The periods of a rule, numbered from that of DTSTART (0) in steps of INTERVAL. All times are wall clock. */
export interface Periods {
  /** Number of the last period that begins at or before a wall time, never below 0. */
  indexAt(wall: number): number;
  /** First period number from `index` on that can hold instances; `Infinity` when there is none up to the budget's end or it is spent. */
  next(index: number, budget: Budget): number;
  startOf(index: number): number;
  /** What the day parts expand to: moments to which each of `times` is added, ascending. */
  bases(index: number): readonly number[];
  readonly times: readonly number[];
  /** After so many barren periods in a row the rule is barren for ever; Infinity where every period found has one base. */
  readonly cycle: number;
}

/** Lays out the periods of a rule whose DTSTART is the wall time `start`. */
export function periodsOf(rule: Rule, start: number): Periods {
  const anchor = anchorOf(rule.scale, Math.floor(start / DAY));
  switch (rule.freq) {
    case "YEARLY":
      return years(rule, start, anchor);
    case "MONTHLY":
      return months(rule, start, anchor);
    case "WEEKLY":
      return weeks(rule, start, anchor);
    case "DAILY":
      return aligned(rule, start, DAY);
    case "HOURLY":
      return aligned(rule, start, HOUR);
    case "MINUTELY":
      return aligned(rule, start, MINUTE);
    case "SECONDLY":
      return aligned(rule, start, SECOND);
  }
}

const at0 = (index: number): number => Math.max(0, Math.floor(index));

/** BYHOUR x BYMINUTE x BYSECOND below the unit of the frequency; what is missing comes from DTSTART. */
function timesWithin(rule: Rule, start: number, unit: number): number[] {
  const own = (size: number, wrap: number): number => Math.floor((((start % DAY) + DAY) % DAY) / size) % wrap;
  const hours = unit > HOUR ? (rule.byHour ?? [own(HOUR, 24)]) : [0];
  const minutes = unit > MINUTE ? (rule.byMinute ?? [own(MINUTE, 60)]) : [0];
  const seconds = unit > SECOND ? (rule.bySecond ?? [own(SECOND, 60)]) : [0];
  const times: number[] = [];
  for (const hour of hours)
    for (const minute of minutes)
      for (const second of seconds) times.push(hour * HOUR + minute * MINUTE + second * SECOND);
  return times;
}

const toWall = (days: number[]): number[] => {
  for (let i = 0; i < days.length; i++) days[i] = (days[i] ?? 0) * DAY;
  return days;
};

/** Charges a walk for every year it looks at that is not the one before: reading a year of a foreign calendar takes time. */
function yearMeter({ lookups }: Scale): (year: number, budget: Budget) => void {
  let last: number | undefined;
  return (year, budget) => {
    if (year !== last) budget.left -= lookups;
    last = year;
  };
}

function years(rule: Rule, start: number, anchor: Anchor): Periods {
  const { scale } = rule;
  const meter = yearMeter(scale);
  const first = scale.yearOf(anchor.day);
  const yearOf = (index: number): number => first + index * rule.interval;
  return {
    indexAt: (wall) => at0((scale.yearOf(Math.floor(wall / DAY)) - first) / rule.interval),
    next: (index, budget) => {
      meter(index, budget);
      return index;
    },
    startOf: (index) => scale.yearStart(yearOf(index)) * DAY,
    bases: (index) => toWall(daysOfYear(rule, anchor, yearOf(index))),
    times: timesWithin(rule, start, DAY),
    cycle: scale.cycle,
  };
}

/** Months in a row after which a year has gone by in every calendar, leap month and thirteenth included. */
const MONTHS_TO_TRY = 13;

function months(rule: Rule, start: number, anchor: Anchor): Periods {
  const { scale, interval } = rule;
  const meter = yearMeter(scale);
  const first = scale.monthNumber(scale.monthOf(anchor.day));
  const monthOf = (index: number): Month => scale.monthNumbered(first + index * interval);
  const next = (index: number, budget: Budget): number => {
    for (let i = index; budget.left > 0; i++) {
      const month = monthOf(i);
      meter(month.year, budget);
      if (monthPasses(rule, month)) return i;
      if (month.first * DAY > budget.to) break;
      if (scale.lookups === 0 && i > index + MONTHS_TO_TRY) break;
      budget.left--;
    }
    return Number.POSITIVE_INFINITY;
  };
  return {
    indexAt: (wall) => at0((scale.monthNumber(scale.monthOf(Math.floor(wall / DAY))) - first) / interval),
    next,
    startOf: (index) => monthOf(index).first * DAY,
    bases: (index) => toWall(daysOfMonth(rule, anchor, monthOf(index))),
    times: timesWithin(rule, start, DAY),
    cycle: scale.cycle * 12,
  };
}

function weeks(rule: Rule, start: number, anchor: Anchor): Periods {
  const first = anchor.day - ((weekday(anchor.day) - rule.weekStart + 7) % 7);
  const step = 7 * rule.interval;
  const { byMonth, scale } = rule;
  const meter = yearMeter(scale);
  const next = (index: number, budget: Budget): number => {
    if (!byMonth) return index;
    const monday = first + index * step;
    const [month, last] = [scale.monthOf(monday), scale.monthOf(monday + 6)];
    meter(month.year, budget);
    if (byMonth.includes(month.name) || byMonth.includes(last.name)) return index;
    return Math.max(index + 1, Math.floor((firstDayOfMonths(scale, byMonth, monday + 6) - first) / step));
  };
  return {
    indexAt: (wall) => at0((Math.floor(wall / DAY) - first) / step),
    next,
    startOf: (index) => (first + index * step) * DAY,
    bases: (index) => toWall(daysOfWeek(rule, anchor, first + index * step)),
    times: timesWithin(rule, start, DAY),
    cycle: Math.ceil(scale.cycle * 52.1775),
  };
}

/** First day of the next month, after the month of `day`, that is one of the months; of the next year if this one has none left. */
function firstDayOfMonths(scale: Scale, months: readonly number[], day: number): number {
  const { year, first } = scale.monthOf(day);
  const later = scale.monthsOf(year).find((each) => each.first > first && months.includes(each.name));
  return later?.first ?? scale.yearStart(year + 1);
}

/** DAILY and shorter: every period is a multiple of its unit, and the parts above the unit are limits to jump over. */
function aligned(rule: Rule, start: number, unit: number): Periods {
  const origin = Math.floor(start / unit) * unit;
  const step = unit * rule.interval;
  const limits: readonly Limit[] = [
    ...(unit < DAY && rule.byHour ? [{ size: HOUR, within: DAY, allowed: rule.byHour }] : []),
    ...(unit < HOUR && rule.byMinute ? [{ size: MINUTE, within: HOUR, allowed: rule.byMinute }] : []),
    ...(unit < MINUTE && rule.bySecond ? [{ size: SECOND, within: MINUTE, allowed: rule.bySecond }] : []),
  ];
  const meter = yearMeter(rule.scale);
  const limitsDays = Boolean(rule.byDay || rule.byMonth || rule.byMonthDay || (unit < DAY && rule.byYearDay));
  const next = (index: number, budget: Budget): number => {
    let at = index;
    while (budget.left > 0) {
      const wall = origin + at * step;
      budget.reached = wall;
      let free = wall;
      if (limitsDays) {
        const day = Math.floor(wall / DAY);
        const passing = nextPassingDay(rule, day, unit < DAY, budget, meter);
        if (passing !== day) free = passing * DAY;
      }
      if (free === wall) free = firstAllowed(limits, wall);
      if (free === wall) return at;
      if (free > budget.to) return Number.POSITIVE_INFINITY;
      at = Math.ceil((free - origin) / step);
      budget.left--;
    }
    return Number.POSITIVE_INFINITY;
  };
  return {
    indexAt: (wall) => at0((wall - origin) / step),
    next,
    startOf: (index) => origin + index * step,
    bases: (index) => [origin + index * step],
    times: timesWithin(rule, start, unit),
    cycle: Number.POSITIVE_INFINITY,
  };
}

interface Limit {
  readonly size: number;
  readonly within: number;
  readonly allowed: readonly number[];
}

/** The wall time itself when all limits allow it, else the nearest later moment at which the first violated one may hold. */
function firstAllowed(limits: readonly Limit[], wall: number): number {
  for (const { size, within, allowed } of limits) {
    const frame = Math.floor(wall / within) * within;
    const own = Math.floor((wall - frame) / size);
    if (allowed.includes(own)) continue;
    const later = allowed.find((each) => each > own);
    return later === undefined ? frame + within : frame + later * size;
  }
  return wall;
}

function nextPassingDay(
  rule: Rule,
  from: number,
  withYearDay: boolean,
  budget: Budget,
  meter: ReturnType<typeof yearMeter>,
): number {
  const { byMonth, scale } = rule;
  const end = Math.min(from + 146_097, Math.floor(budget.to / DAY) + 1);
  for (let day = from; day < end; budget.left--) {
    if (scale.lookups > 0) meter(scale.yearOf(day), budget);
    if (dayPasses(rule, day, withYearDay)) return day;
    if (budget.left <= 0) break;
    day = byMonth && !byMonth.includes(scale.monthOf(day).name) ? firstDayOfMonths(scale, byMonth, day) : day + 1;
  }
  return Number.POSITIVE_INFINITY;
}
