/**
 * An oracle for recurrence sets: it walks every day, hour, minute and second from the period of DTSTART on and asks of each
 * whether every part of the rule allows it. Slow and plain on purpose, and sharing no code with the engine it judges.
 */
const DAY = 86_400_000;
const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;

export interface BruteRule {
  readonly freq: (typeof FREQUENCIES)[number];
  readonly interval?: number;
  readonly count?: number;
  /** Wall clock, milliseconds as if UTC, inclusive. */
  readonly untilWall?: number;
  /** Instant, inclusive. */
  readonly untilUtc?: number;
  /** 0 Sunday. */
  readonly weekStart?: number;
  readonly bySecond?: readonly number[];
  readonly byMinute?: readonly number[];
  readonly byHour?: readonly number[];
  readonly byDay?: readonly { readonly day: number; readonly ordinal: number }[];
  readonly byMonthDay?: readonly number[];
  readonly byYearDay?: readonly number[];
  readonly byWeekNo?: readonly number[];
  readonly byMonth?: readonly number[];
  readonly bySetPos?: readonly number[];
}

export interface BruteOverride {
  /** Wall clock of the instance replaced, in the zone of the series. */
  readonly id: number;
  readonly start: number;
  readonly duration: number;
  readonly andFuture: boolean;
}

export interface BruteCalendar {
  /** IANA name; for floating and all-day series the zone of the reader. */
  readonly zone: string;
  /** First start: wall clock, milliseconds as if UTC. */
  readonly start: number;
  /** Exact milliseconds, or whole days on the wall clock. */
  readonly duration: number;
  readonly wallDuration: boolean;
  readonly rules: readonly BruteRule[];
  readonly exrules: readonly BruteRule[];
  /** Wall clocks in the zone. */
  readonly rdates: readonly number[];
  readonly exdates: readonly number[];
  readonly overrides: readonly BruteOverride[];
}

export interface BruteInstance {
  readonly start: number;
  readonly end: number;
  readonly recurrenceId: number;
}

/** All instances that begin before the wall time `horizon`, ascending, whatever their number (RFC 5545 3.8.5). */
export function bruteExpand(calendar: BruteCalendar, horizon: number): BruteInstance[] {
  const toUtc = (wall: number): number => bruteToUtc(calendar.zone, wall);
  const members = new Map<number, number>();
  for (const wall of [calendar.start, ...calendar.rdates]) members.set(toUtc(wall), wall);
  for (const rule of calendar.rules) {
    for (const wall of bruteRule(rule, calendar, horizon)) members.set(toUtc(wall), wall);
  }
  for (const rule of calendar.exrules) {
    for (const wall of bruteRule(rule, calendar, horizon)) members.delete(toUtc(wall));
  }
  for (const wall of calendar.exdates) members.delete(toUtc(wall));
  const excluded = new Set(calendar.exdates.map(toUtc));
  const overrides = calendar.overrides.map((each) => ({ ...each, utc: toUtc(each.id) })).sort((a, b) => a.id - b.id);
  const instances = [...members].map(([id, wall]) => effective(calendar, overrides, id, wall));
  const known = new Set(members.keys());
  for (const override of calendar.overrides) {
    const id = toUtc(override.id);
    if (!known.has(id) && !excluded.has(id)) instances.push(lasting(calendar, id, override.start, override.duration));
  }
  return instances.sort((a, b) => a.start - b.start || a.recurrenceId - b.recurrenceId);
}

function effective(
  calendar: BruteCalendar,
  overrides: readonly (BruteOverride & { readonly utc: number })[],
  id: number,
  wall: number,
): BruteInstance {
  const own = overrides.find(({ utc }) => utc === id);
  if (own) return lasting(calendar, id, own.start, own.duration);
  const last = overrides.filter(({ andFuture, utc }) => andFuture && utc <= id).at(-1);
  if (!last) return lasting(calendar, id, wall, calendar.duration);
  const clock = (utc: number): number => utc + bruteOffset(calendar.zone, utc);
  return lasting(calendar, id, clock(id) + last.start - clock(last.utc), last.duration);
}

function lasting({ zone, wallDuration }: BruteCalendar, id: number, wall: number, duration: number): BruteInstance {
  const start = bruteToUtc(zone, wall);
  const end = wallDuration ? bruteToUtc(zone, wall + duration) : start + duration;
  return { start, end: Math.max(start, end), recurrenceId: id };
}

/** The longest periods: a negative BYSETPOS counts from the end of one, which may lie beyond the horizon. */
const LONGEST = {
  SECONDLY: 1000,
  MINUTELY: 60_000,
  HOURLY: 3_600_000,
  DAILY: DAY,
  WEEKLY: 7 * DAY,
  MONTHLY: 31 * DAY,
  YEARLY: 366 * DAY,
};

/** Wall times a rule gives up to the horizon, UNTIL and COUNT observed; DTSTART counts for COUNT even if it does not fit. */
export function bruteRule(
  rule: BruteRule,
  { start, zone }: { start: number; zone: string },
  horizon: number,
): number[] {
  const first = parts(start);
  const begin = periodBegin(rule, start);
  const chosen: number[] = [];
  let period: number[] = [];
  let key = Number.NaN;
  const close = (): void => {
    chosen.push(...positions(period, rule.bySetPos));
    period = [];
  };
  const end = rule.bySetPos ? horizon + LONGEST[rule.freq] : horizon;
  for (const wall of candidates(rule, first, begin, end)) {
    const own = periodIndex(rule, parts(wall), first);
    if (own !== key) close();
    key = own;
    if (own % (rule.interval ?? 1) === 0) period.push(wall);
  }
  close();
  let results = chosen.filter((wall) => wall >= start && wall <= horizon);
  if (rule.count !== undefined)
    results = results.slice(0, Math.max(0, results[0] === start ? rule.count : rule.count - 1));
  if (rule.untilWall !== undefined) results = results.filter((wall) => wall <= Number(rule.untilWall));
  return rule.untilUtc === undefined
    ? results
    : results.filter((wall) => bruteToUtc(zone, wall) <= Number(rule.untilUtc));
}

function positions(period: readonly number[], bySetPos: readonly number[] | undefined): readonly number[] {
  if (!bySetPos) return period;
  return period.filter((_, i) => bySetPos.includes(i + 1) || bySetPos.includes(i - period.length));
}

interface Parts {
  readonly date: Date;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

function parts(wall: number): Parts {
  const date = new Date(wall);
  return {
    date,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function weekBegin(wall: number, weekStart: number): number {
  const midnight = Math.floor(wall / DAY) * DAY;
  return midnight - ((new Date(midnight).getUTCDay() - weekStart + 7) % 7) * DAY;
}

function periodBegin(rule: BruteRule, start: number): number {
  const { year, month } = parts(start);
  if (rule.freq === "YEARLY") return Date.UTC(year, 0);
  if (rule.freq === "MONTHLY") return Date.UTC(year, month - 1);
  if (rule.freq === "WEEKLY") return weekBegin(start, rule.weekStart ?? 1);
  return Math.floor(start / DAY) * DAY;
}

/** Number of the period of a time, that of DTSTART being 0. */
function periodIndex(rule: BruteRule, at: Parts, first: Parts): number {
  const since = (unit: number): number =>
    Math.floor(at.date.getTime() / unit) - Math.floor(first.date.getTime() / unit);
  switch (rule.freq) {
    case "YEARLY":
      return at.year - first.year;
    case "MONTHLY":
      return at.year * 12 + at.month - first.year * 12 - first.month;
    case "WEEKLY": {
      const begin = rule.weekStart ?? 1;
      return (weekBegin(at.date.getTime(), begin) - weekBegin(first.date.getTime(), begin)) / (7 * DAY);
    }
    case "DAILY":
      return since(DAY);
    case "HOURLY":
      return since(3_600_000);
    case "MINUTELY":
      return since(60_000);
    case "SECONDLY":
      return since(1000);
  }
}

const range = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i);

/** Every second that each part allows by itself, period and position aside. */
function* candidates(rule: BruteRule, first: Parts, begin: number, horizon: number): Generator<number> {
  const rank = FREQUENCIES.indexOf(rule.freq);
  const allowed = (
    by: readonly number[] | undefined,
    unit: number,
    own: number,
    all: readonly number[],
  ): readonly number[] => (by ? all.filter((value) => by.includes(value)) : rank > unit ? [own] : all);
  const hours = allowed(rule.byHour, 2, first.hour, range(24));
  const minutes = allowed(rule.byMinute, 1, first.minute, range(60));
  const seconds = allowed(rule.bySecond, 0, first.second, range(60));
  for (let midnight = begin; midnight <= horizon; midnight += DAY) {
    if (!dayAllowed(rule, parts(midnight), first)) continue;
    for (const hour of hours)
      for (const minute of minutes)
        for (const second of seconds) {
          const wall = midnight + ((hour * 60 + minute) * 60 + second) * 1000;
          if (wall <= horizon) yield wall;
        }
  }
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
const dayOfYear = (at: Parts): number => Math.floor((at.date.getTime() - Date.UTC(at.year, 0)) / DAY) + 1;
const daysInYear = (year: number): number => (Date.UTC(year + 1, 0) - Date.UTC(year, 0)) / DAY;
const either = (list: readonly number[], position: number, size: number): boolean =>
  list.includes(position) || list.includes(position - size - 1);

function dayAllowed(rule: BruteRule, at: Parts, first: Parts): boolean {
  const { byDay, byMonth, byMonthDay, byYearDay, byWeekNo, freq } = rule;
  if (byMonth && !byMonth.includes(at.month)) return false;
  if (freq === "WEEKLY") return byDay ? byDay.some(({ day }) => day === at.weekday) : at.weekday === first.weekday;
  if (byMonthDay && !either(byMonthDay, at.day, daysIn(at.year, at.month))) return false;
  if (freq === "MONTHLY") return monthlyAllowed(rule, at, first);
  if (freq === "DAILY") return !byDay || byDay.some(({ day }) => day === at.weekday);
  if (byYearDay && !either(byYearDay, dayOfYear(at), daysInYear(at.year))) return false;
  if (freq !== "YEARLY") return !byDay || byDay.some(({ day }) => day === at.weekday);
  if (byWeekNo && !weekAllowed(byWeekNo, at, rule.weekStart ?? 1)) return false;
  if (byDay) return byDay.some((part) => weekdayAllowed(part, at, byWeekNo ? "none" : byMonth ? "month" : "year"));
  if (byMonthDay || byYearDay) return true;
  if (byWeekNo) return at.weekday === first.weekday;
  return at.day === first.day && (byMonth !== undefined || at.month === first.month);
}

function monthlyAllowed({ byDay, byMonthDay }: BruteRule, at: Parts, first: Parts): boolean {
  if (byDay) return byDay.some((part) => weekdayAllowed(part, at, "month"));
  return byMonthDay !== undefined || at.day === first.day;
}

function weekdayAllowed(part: { day: number; ordinal: number }, at: Parts, within: "month" | "year" | "none"): boolean {
  if (part.day !== at.weekday) return false;
  if (part.ordinal === 0 || within === "none") return true;
  const position = within === "month" ? at.day : dayOfYear(at);
  const size = within === "month" ? daysIn(at.year, at.month) : daysInYear(at.year);
  return part.ordinal > 0
    ? Math.ceil(position / 7) === part.ordinal
    : Math.ceil((size - position + 1) / 7) === -part.ordinal;
}

/** Week 1 holds the fourth of January; a day belongs to the week-year that holds the middle of its week. */
function weekAllowed(weeks: readonly number[], at: Parts, weekStart: number): boolean {
  const middle = new Date(weekBegin(at.date.getTime(), weekStart) + 3 * DAY);
  const year = middle.getUTCFullYear();
  const week = Math.ceil(((middle.getTime() - Date.UTC(year, 0)) / DAY + 1) / 7);
  const last = new Date(weekBegin(Date.UTC(year, 11, 28), weekStart) + 3 * DAY);
  const count = Math.ceil(((last.getTime() - Date.UTC(year, 0)) / DAY + 1) / 7);
  return weeks.includes(week) || weeks.includes(week - count - 1);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Offset of a zone at an instant in milliseconds, asked of the runtime, remembered by the quarter of an hour. */
export function bruteOffset(zone: string, utc: number): number {
  const quarter = Math.floor(utc / 900_000);
  const kept = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, kept);
  const known = kept.get(quarter);
  if (known !== undefined) return known;
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    formats.set(zone, format);
  }
  const text = format.formatToParts(quarter * 900_000).find((part) => part.type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text) ?? [];
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const offset = sign === "-" ? -size : size;
  kept.set(quarter, offset);
  return offset;
}

/** Instant of a wall clock: the earliest instant that shows it, else, in a gap, by the offset before (RFC 5545 3.3.5). */
export function bruteToUtc(zone: string, wall: number): number {
  const before = bruteOffset(zone, wall - 30 * 3_600_000);
  if (before === bruteOffset(zone, wall + 30 * 3_600_000)) return wall - before;
  const around = [-30, -15, -3, -1, 0, 1, 3, 15, 30].map((hours) => bruteOffset(zone, wall + hours * 3_600_000));
  const shown = around.map((offset) => wall - offset).filter((utc) => utc + bruteOffset(zone, utc) === wall);
  return shown.length > 0 ? Math.min(...shown) : wall - before;
}
