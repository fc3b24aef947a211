import type { JRecur, JRecurPart } from "../jcal.js";
import { decodeDate, decodeDateTime, encodeTime } from "./time.js";

type PartReader = (value: string) => number | string | undefined;

const FREQUENCIES = new Set(["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
const WEEKDAYS = new Set(["SU", "MO", "TU", "WE", "TH", "FR", "SA"]);
const SKIPS = new Set(["OMIT", "BACKWARD", "FORWARD"]);
const LONGEST_LIST = 1000;

const integer =
  (min: number, max: number): PartReader =>
  (value) => {
    const number = /^[+-]?\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  };
/** Counts from either end, so zero is none of them. */
const ordinal =
  (max: number): PartReader =>
  (value) =>
    value === "0" ? undefined : nonZero(integer(-max, max)(value));
const oneOf =
  (names: ReadonlySet<string>): PartReader =>
  (value) =>
    names.has(value.toUpperCase()) ? value.toUpperCase() : undefined;

const SINGLE: ReadonlyMap<string, PartReader> = new Map([
  ["freq", oneOf(FREQUENCIES)],
  ["interval", integer(1, 999_999_999)],
  ["count", integer(1, 999_999_999)],
  ["until", (value: string) => decodeDateTime(value) ?? decodeDate(value)],
  ["wkst", oneOf(WEEKDAYS)],
  ["rscale", (value: string) => (/^[A-Za-z0-9-]+$/.test(value) ? value.toUpperCase() : undefined)],
  ["skip", oneOf(SKIPS)],
]);

const LISTS: ReadonlyMap<string, PartReader> = new Map([
  ["bysecond", integer(0, 60)],
  ["byminute", integer(0, 59)],
  ["byhour", integer(0, 23)],
  ["byday", weekday],
  ["bymonthday", ordinal(31)],
  ["byyearday", ordinal(366)],
  ["byweekno", ordinal(53)],
  ["bymonth", month],
  ["bysetpos", ordinal(366)],
]);

/** A RECUR value as jCal, or one sentence about what is wrong with it (RFC 5545 3.3.10, RFC 7529 4). Unknown X- parts are kept. */
export function decodeRecur(raw: string): JRecur | string {
  const rule: JRecur = {};
  for (const part of raw.replace(/;$/, "").split(";")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (name === "") return `The recurrence rule has a part without a name or a value: "${part.slice(0, 40)}".`;
    if (Object.hasOwn(rule, name)) return `The recurrence rule has ${name.toUpperCase()} more than once.`;
    const value = readPart(name, part.slice(equals + 1).trim());
    if (value === undefined) return `The recurrence rule has an impossible ${part.slice(0, 60)}.`;
    rule[name] = value;
  }
  return problemOf(rule) ?? rule;
}

export function encodeRecur(rule: JRecur): string {
  return Object.entries(rule)
    .map(([name, value]) => `${name.toUpperCase()}=${encodePart(value)}`)
    .join(";");
}

function readPart(name: string, value: string): JRecurPart | undefined {
  const single = SINGLE.get(name);
  if (single !== undefined) return single(value);
  const list = LISTS.get(name);
  if (list === undefined) return name.startsWith("x-") ? value : undefined;
  const written = value.split(",");
  const items = written.length > LONGEST_LIST ? [undefined] : [...new Set(written.map((item) => list(item.trim())))];
  const known = items.filter((item) => item !== undefined);
  if (known.length < items.length) return undefined;
  return known.length === 1 ? known[0] : known;
}

function problemOf(rule: JRecur): string | undefined {
  if (rule.freq === undefined) return "The recurrence rule has no FREQ.";
  if (rule.until !== undefined && rule.count !== undefined) return "The recurrence rule has both UNTIL and COUNT.";
  if (rule.skip !== undefined && rule.rscale === undefined) return "The recurrence rule has SKIP without RSCALE.";
  if (
    rule.rscale === undefined &&
    [rule.bymonth].flat().some((each) => typeof each === "string" || Number(each) > 12)
  ) {
    return "The recurrence rule has a month that only other calendars have, without RSCALE.";
  }
  const selectors = Object.keys(rule).filter((name) => name.startsWith("by"));
  if (selectors.length === 1 && selectors[0] === "bysetpos")
    return "The recurrence rule has BYSETPOS without another BY part.";
  return undefined;
}

function encodePart(value: JRecurPart): string {
  return (Array.isArray(value) ? value : [value])
    .map((item) => (typeof item === "string" ? encodeTime(item) : item))
    .join(",");
}

function nonZero(value: number | string | undefined): number | string | undefined {
  return value === 0 ? undefined : value;
}

function weekday(value: string): string | undefined {
  const [, position, day] = /^([+-]?\d{0,2})(SU|MO|TU|WE|TH|FR|SA)$/i.exec(value) ?? [];
  if (day === undefined || position === undefined || position === "+" || position === "-") return undefined;
  const number = position === "" ? undefined : Number(position);
  if (number === 0 || Math.abs(number ?? 1) > 53) return undefined;
  return `${number ?? ""}${day.toUpperCase()}`;
}

/** A leap month of another calendar has an L behind its number (RFC 7529 4.2). */
function month(value: string): number | string | undefined {
  const leap = /^(\d{1,2})L$/i.exec(value);
  if (leap !== null) return Number(leap[1]) >= 1 && Number(leap[1]) <= 13 ? `${Number(leap[1])}L` : undefined;
  return integer(1, 13)(value);
}
