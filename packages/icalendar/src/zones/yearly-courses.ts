import { civilDate, DAY, dayNumber, monthLength, SECOND, weekday } from "../wall.js";
import type { Onset } from "./observance.js";

/** Onsets of one observance: of a yearly rule, or single ones without. */
export interface Course {
  readonly onsets: readonly [Onset, ...Onset[]];
  /** Parts of the RRULE after FREQ. */
  readonly rule: string | undefined;
  /** Whether the rule goes on beyond the last year. */
  readonly isEndless: boolean;
}

const LEAST_YEARS = 3;
/** As many years up to the last one make a rule without end. */
const LEAST_ENDLESS = 8;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** The wall clock, before the change, at which it comes. */
export function wallOf({ at, before }: Onset): number {
  return at + before * SECOND;
}

/** Sorts onsets, ascending, into the fewest yearly rules that come by looking ahead from each, and lists of what is left. */
export function coursesOf(
  onsets: readonly Onset[],
  lastYear: number,
  isSummer: (onset: Onset) => boolean,
): readonly Course[] {
  const byDay = new Map(onsets.map((onset) => [keyOf(onset, wallOf(onset), isSummer(onset)), onset]));
  const left = new Set(onsets);
  const singles = new Map<string, [Onset, ...Onset[]]>();
  const courses: Course[] = [];
  for (const onset of onsets) {
    if (!left.has(onset)) continue;
    const find = (wall: number): Onset | undefined => {
      const found = byDay.get(keyOf(onset, wall, isSummer(onset)));
      return found && left.has(found) ? found : undefined;
    };
    const course = longestFrom(onset, lastYear, find);
    if (course) courses.push(course);
    else addTo(singles, `${onset.before} ${onset.after} ${isSummer(onset)}`, onset);
    for (const each of course?.onsets ?? [onset]) left.delete(each);
  }
  const lists = [...singles.values()].map((list): Course => ({ onsets: list, rule: undefined, isEndless: false }));
  return [...courses, ...lists].sort((a, b) => a.onsets[0].at - b.onsets[0].at);
}

function keyOf({ before, after }: Onset, wall: number, isSummer: boolean): string {
  return `${wall} ${before} ${after} ${isSummer}`;
}

function addTo(lists: Map<string, [Onset, ...Onset[]]>, key: string, onset: Onset): void {
  const list = lists.get(key);
  if (list) list.push(onset);
  else lists.set(key, [onset]);
}

function longestFrom(first: Onset, lastYear: number, find: (wall: number) => Onset | undefined): Course | undefined {
  const wall = wallOf(first);
  const day = Math.floor(wall / DAY);
  const { year } = civilDate(day);
  let longest: Course | undefined;
  for (const { rule, least, dayIn } of patternsOf(day)) {
    const onsets: [Onset, ...Onset[]] = [first];
    for (let next = year + 1; next <= lastYear; next++) {
      const found = find(dayIn(next) * DAY + (wall - day * DAY));
      if (!found) break;
      onsets.push(found);
    }
    const isEndless = year + onsets.length > lastYear && onsets.length >= LEAST_ENDLESS;
    if (onsets.length >= least && onsets.length > (longest?.onsets.length ?? 0)) longest = { onsets, rule, isEndless };
  }
  return longest;
}

/** A way to find a day again in other years. */
interface Pattern {
  readonly rule: string;
  /** How many years in a row make it worth a rule. */
  readonly least: number;
  readonly dayIn: (year: number) => number;
}

/**
 * Patterns a day fits, the plainest first: last weekday, n-th weekday, date, weekday from a date on. The last of them over the end
 * of a month takes BYYEARDAY, which fewer programs read, so it must be worth it.
 */
function patternsOf(day: number): readonly Pattern[] {
  const { year, month, day: date } = civilDate(day);
  const name = WEEKDAYS[weekday(day)] ?? "SU";
  const in7 = (first: number): number => first + ((weekday(day) - weekday(first) + 7) % 7);
  const pattern = (rule: string, dayIn: Pattern["dayIn"], least = LEAST_YEARS): Pattern => ({ rule, dayIn, least });
  const length = (of: number): number => monthLength(of, month);
  const nth = Math.ceil(date / 7);
  const patterns: Pattern[] = [];
  if (date + 7 > length(year)) {
    patterns.push(pattern(`BYDAY=-1${name}`, (of) => in7(dayNumber(of, month, length(of) - 6))));
  }
  if (nth < 5) patterns.push(pattern(`BYDAY=${nth}${name}`, (of) => in7(dayNumber(of, month, nth * 7 - 6))));
  if (date < 29) patterns.push(pattern(`BYMONTHDAY=${date}`, (of) => dayNumber(of, month, date)));
  for (let first = Math.max(1, date - 6); first <= Math.min(date, length(2001) - 6); first++) {
    const rule = `BYMONTHDAY=${week(first)};BYDAY=${name}`;
    patterns.push(pattern(rule, (of) => in7(dayNumber(of, month, first))));
  }
  const plain = patterns.map((each) => ({ ...each, rule: `BYMONTH=${month};${each.rule}` }));
  const overMonths = daysLeft(day, year).map((left) => {
    const rule = `BYYEARDAY=${week(-left)};BYDAY=${name}`;
    return pattern(rule, (of) => in7(dayNumber(of + 1, 1, 1) - left), LEAST_ENDLESS);
  });
  return month < 3 ? plain : [...plain, ...overMonths];
}

/** Days left in the year from the first day of each week that holds the day and lies in that year. */
function daysLeft(day: number, year: number): readonly number[] {
  const left = dayNumber(year + 1, 1, 1) - day;
  return Array.from({ length: 7 }, (_, i) => left + i).filter((each) => each >= 7);
}

function week(first: number): string {
  return Array.from({ length: 7 }, (_, i) => first + i).join(",");
}
