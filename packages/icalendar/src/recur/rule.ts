import { parseWall, type WallTime } from "../wall.js";
import type { Scale } from "./scale.js";
import { scaleNamed } from "./scales.js";

/** Frequencies from the shortest to the longest; a rule keeps the index. */
export const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

export interface WeekdayPart {
  /** 0 Sunday to 6 Saturday. */
  readonly day: number;
  /** 2 in "2MO", -1 in "-1SU", 0 without a number. */
  readonly ordinal: number;
}

/** A recurrence rule of RFC 5545 3.3.10 with RFC 7529 RSCALE and SKIP; absent parts are `undefined`, lists are sorted and without repeats. */
export interface Rule {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count: number | undefined;
  readonly until: WallTime | undefined;
  /** First day of the week, 0 Sunday to 6 Saturday. */
  readonly weekStart: number;
  readonly bySecond: readonly number[] | undefined;
  readonly byMinute: readonly number[] | undefined;
  readonly byHour: readonly number[] | undefined;
  readonly byDay: readonly WeekdayPart[] | undefined;
  readonly byMonthDay: readonly number[] | undefined;
  readonly byYearDay: readonly number[] | undefined;
  readonly byWeekNo: readonly number[] | undefined;
  /** A leap month is half a number behind the one before it; empty when the calendar system has none of them. */
  readonly byMonth: readonly number[] | undefined;
  readonly bySetPos: readonly number[] | undefined;
  readonly skip: "OMIT" | "BACKWARD" | "FORWARD";
  readonly scale: Scale;
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/**
 * Reads the jCal value of an RRULE or EXRULE. Gives the rule, or the name of the calendar system when RSCALE asks for an
 * unknown one (RFC 7529 4.1), or `undefined` when it is no rule at all. Parts with impossible numbers lose those numbers.
 */
export function parseRule(value: unknown): Rule | { readonly unsupported: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const parts = value as Readonly<Record<string, unknown>>;
  const freq = FREQUENCIES.find((name) => name === String(parts.freq).toUpperCase());
  if (!freq) return undefined;
  const rscale = String(parts.rscale ?? "GREGORIAN").toUpperCase();
  const scale = scaleNamed(rscale);
  if (!scale) return { unsupported: rscale };
  return {
    freq,
    interval: Math.max(1, integer(parts.interval) ?? 1),
    count: integer(parts.count),
    until: parseWall(parts.until),
    weekStart: weekStartOf(parts.wkst),
    bySecond: numbers(parts.bysecond, 0, 60, (second) => Math.min(second, 59)),
    byMinute: numbers(parts.byminute, 0, 59),
    byHour: numbers(parts.byhour, 0, 23),
    byDay: weekdays(parts.byday),
    byMonthDay: numbers(parts.bymonthday, -31, 31, nonZero),
    byYearDay: numbers(parts.byyearday, -366, 366, nonZero),
    byWeekNo: numbers(parts.byweekno, -53, 53, nonZero),
    byMonth: months(parts.bymonth, scale),
    bySetPos: numbers(parts.bysetpos, -366, 366, nonZero),
    skip: skipOf(parts),
    scale,
  };
}

/** SKIP means something only beside RSCALE (RFC 7529 4.1). */
function skipOf(parts: Readonly<Record<string, unknown>>): Rule["skip"] {
  const skip = String(parts.skip ?? "OMIT").toUpperCase();
  return parts.rscale !== undefined && (skip === "BACKWARD" || skip === "FORWARD") ? skip : "OMIT";
}

function integer(value: unknown): number | undefined {
  const read = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? Math.trunc(read) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const nonZero = (value: number): number => (value === 0 ? Number.NaN : value);

function numbers(
  value: unknown,
  least: number,
  most: number,
  map: (n: number) => number = (n) => n,
): readonly number[] | undefined {
  const found = new Set<number>();
  for (const each of listOf(value)) {
    const read = map(typeof each === "string" ? Number.parseInt(each, 10) : Number(each));
    if (Number.isInteger(read) && read >= least && read <= most) found.add(read);
  }
  return found.size === 0 ? undefined : [...found].sort((a, b) => a - b);
}

/** The months that the calendar system has in some year; "5L" becomes 5.5. */
function months(value: unknown, scale: Scale): readonly number[] | undefined {
  const written = listOf(value).map((each) => /^0*(\d{1,2})(L?)$/i.exec(String(each)));
  const found = written.flatMap((each) => (each ? [Number(each[1]) + (each[2] === "" ? 0 : 0.5)] : []));
  if (found.length === 0) return undefined;
  return [...new Set(found)].filter((name) => scale.hasMonth(name)).sort((a, b) => a - b);
}

function weekdays(value: unknown): readonly WeekdayPart[] | undefined {
  const found: WeekdayPart[] = [];
  for (const each of listOf(value)) {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/i.exec(String(each));
    if (match) found.push({ day: WEEKDAYS.indexOf(String(match[2]).toUpperCase()), ordinal: Number(match[1] ?? 0) });
  }
  return found.length === 0 ? undefined : found;
}

/** WKST as "SU" or, as ical.js keeps it, 1 for Sunday to 7 for Saturday; Monday by default. */
function weekStartOf(value: unknown): number {
  if (typeof value === "number") return value >= 1 && value <= 7 ? value - 1 : 1;
  const found = WEEKDAYS.indexOf(String(value).toUpperCase());
  return found < 0 ? 1 : found;
}
