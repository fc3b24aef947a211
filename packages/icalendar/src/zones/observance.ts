import { type JComponent, properties, property, values } from "../jcal.js";
import { parseRule, type Rule } from "../recur/rule.js";
import { walkRule } from "../recur/walk.js";
import { civilDate, DAY, HOUR, MINUTE, parseWall, SECOND } from "../wall.js";

/** The moment an observance begins: UTC milliseconds, with the offsets before and from then on in seconds. */
export interface Onset {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** A rule that begins an observance again and again, within the years it can do so. */
interface Repetition {
  readonly rule: Rule;
  readonly start: number;
  /** Last wall time, inclusive. */
  readonly until: number;
  readonly firstYear: number;
  readonly lastYear: number;
}

/** A STANDARD or DAYLIGHT (RFC 5545 3.6.5). */
export interface Observance {
  readonly before: number;
  readonly after: number;
  /** Wall times of DTSTART and RDATE. */
  readonly dates: readonly number[];
  /** COUNT is walked once and for all, other rules year by year. */
  readonly counted: readonly Repetition[];
  readonly repeated: readonly Repetition[];
  /** The most looking up all its onsets can take, one unit being about a microsecond. */
  readonly cost: number;
}

/** Rules of VTIMEZONEs are followed from the first of these years up to the last; most are written as beginning in 1601 or 1970. */
export const FIRST_YEAR = 1950;
export const LAST_YEAR = 2149;
const LAST_WALL = Date.UTC(LAST_YEAR + 1, 0) - SECOND;
/** No place changes its clocks more often; what goes on beyond is cut off. */
const MOST_ONSETS_A_YEAR = 12;

/** Reads a STANDARD or DAYLIGHT; `undefined` without a usable DTSTART or TZOFFSETTO. Odd rules are left out (CAL-53). */
export function readObservance(of: JComponent): Observance | undefined {
  const start = parseWall(property(of, "dtstart")?.[3]);
  const after = parseOffset(property(of, "tzoffsetto")?.[3]);
  if (!start || after === undefined) return undefined;
  const before = parseOffset(property(of, "tzoffsetfrom")?.[3]) ?? after;
  const dates = [start.wall];
  for (const rdate of properties(of, "rdate").flatMap(values)) {
    const date = parseWall(Array.isArray(rdate) ? rdate[0] : rdate);
    if (date) dates.push(date.form === "utc" ? date.wall + before * SECOND : date.wall);
  }
  const rules = properties(of, "rrule").flatMap((each) => repetitionOf(parseRule(each[3]), start.wall, before) ?? []);
  return {
    ...{ before, after, dates },
    counted: rules.filter(({ rule }) => rule.count !== undefined),
    repeated: rules.filter(({ rule }) => rule.count === undefined),
    cost: dates.length + rules.reduce((sum, each) => sum + costOf(each), 0),
  };
}

/** Rules finer than months, with several times a day or of calendars dear to reckon describe no zone and are left out. */
function repetitionOf(rule: ReturnType<typeof parseRule>, start: number, before: number): Repetition | undefined {
  if (rule === undefined || !("freq" in rule) || rule.scale.lookups > 0) return undefined;
  if (rule.freq !== "YEARLY" && rule.freq !== "MONTHLY") return undefined;
  if ([rule.byHour, rule.byMinute, rule.bySecond].some((list) => (list?.length ?? 1) > 1)) return undefined;
  const until = Math.min(untilOf(rule, before), LAST_WALL);
  const firstYear = Math.max(FIRST_YEAR, yearOf(start));
  return { rule, start, until, firstYear, lastYear: until < start ? firstYear - 1 : yearOf(until) };
}

function untilOf({ until }: Rule, before: number): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  if (until.form === "utc") return until.wall + before * SECOND;
  return until.form === "date" ? until.wall + DAY - SECOND : until.wall;
}

/** A weekday without number is one of each week. */
function costOf({ rule, start, firstYear, lastYear }: Repetition): number {
  const { byDay, byMonth, byMonthDay, byYearDay, byWeekNo, bySetPos } = rule;
  const lists = [byMonth, byMonthDay, byYearDay, byWeekNo, bySetPos];
  const weekdays = (byDay ?? []).reduce((sum, { ordinal }) => sum + (ordinal === 0 ? 6 : 1), 0);
  const parts = lists.reduce((sum, list) => sum + (list?.length ?? 0), 2 + weekdays);
  const years = lastYear - (rule.count === undefined ? firstYear : Math.min(firstYear, yearOf(start))) + 1;
  return Math.max(0, years) * parts * (rule.freq === "MONTHLY" ? 4 : 1);
}

/** The onsets that stand fast whatever year is asked for: DTSTART, RDATE and rules with COUNT. */
export function fixedOnsets({ before, after, dates, counted }: Observance): Onset[] {
  const walls = new Set(dates);
  for (const { rule, start, until } of counted) {
    let left = MOST_ONSETS_A_YEAR * (LAST_YEAR - FIRST_YEAR);
    walkRule(rule, start, { from: Date.UTC(FIRST_YEAR, 0), to: until }, (wall) => {
      walls.add(wall);
      return --left > 0;
    });
  }
  return [...walls].map((wall) => ({ at: wall - before * SECOND, before, after }));
}

/** Adds the onsets by rule whose instants lie in a year of UTC. */
export function addRepeated(onsets: Onset[], { before, after, repeated }: Observance, year: number): void {
  const from = Date.UTC(year, 0);
  const to = Date.UTC(year + 1, 0);
  for (const { rule, start, until, firstYear, lastYear } of repeated) {
    if (year < firstYear - 1 || year > lastYear + 1) continue;
    let left = MOST_ONSETS_A_YEAR;
    const window = { from: from + before * SECOND, to: Math.min(to + before * SECOND - 1, until) };
    walkRule(rule, start, window, (wall) => {
      onsets.push({ at: wall - before * SECOND, before, after });
      return --left > 0;
    });
  }
}

export function yearOf(time: number): number {
  return civilDate(Math.floor(time / DAY)).year;
}

/** Reads a UTC offset, "+01:00", "-053015" or as either of them, in seconds. */
function parseOffset(value: unknown): number | undefined {
  const found = /^([+-])([01]\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?$/.exec(String(value));
  if (!found) return undefined;
  const size = (Number(found[2]) * HOUR + Number(found[3]) * MINUTE) / SECOND + Number(found[4] ?? 0);
  return found[1] === "-" ? -size : size;
}
