import ICAL from "ical.js";
import type { JRecur } from "../jcal.js";
import { FOREIGN_MONTH } from "./rule.js";

const reader = ICAL.design.icalendar.value as unknown as {
  readonly recur: { fromICAL(raw: string): JRecur; toICAL(rule: JRecur): string };
};
/** What ical.js refuses or keeps as it stands: lower case, white space, plus signs, a last semicolon, BYDAY=01MO. */
const UNUSUAL = /[a-z\s+]|;$|0\d?[FMSTW]/;
const X_PART = /^\s*X-/i;
const MONTHS = /;BYMONTH=([^;]*)|BYMONTH=([^;]*);/;

/** Reads a RECUR value that `problemOfRule` has nothing against (RFC 5545 3.3.10) with ical.js. */
export function readRecur(raw: string): JRecur {
  const written = UNUSUAL.test(raw) ? usual(raw) : raw;
  const months = MONTHS.exec(written);
  const names = months?.[1] ?? months?.[2] ?? "";
  if (!FOREIGN_MONTH.test(names)) return withDayName(reader.recur.fromICAL(written));
  const rule = withDayName(reader.recur.fromICAL(written.replace(MONTHS, "")));
  const [first = "", ...more] = new Set(names.split(",").map(monthOf));
  return { ...rule, bymonth: more.length === 0 ? first : [first, ...more] };
}

/** Writes a RECUR value with ical.js; what is none, as it stands. */
export function writeRecur(value: unknown): string {
  return typeof value === "object" && value !== null ? reader.recur.toICAL(value as JRecur) : String(value);
}

function usual(raw: string): string {
  const parts = raw.replace(/;$/, "").split(";");
  return parts.map((part) => (X_PART.test(part) ? part.trim() : usualPart(part))).join(";");
}

function usualPart(part: string): string {
  const upper = part.replace(/[\s+]/g, "").toUpperCase();
  return upper.startsWith("BYDAY") ? upper.replace(/([=,-])0/g, "$1") : upper;
}

/** jCal names the day (RFC 7265 3.6.10), ical.js numbers it. */
function withDayName(rule: JRecur): JRecur {
  const { wkst } = rule;
  return typeof wkst === "number" ? { ...rule, wkst: ICAL.Recur.numericDayToIcalDay(wkst) } : { ...rule };
}

/** The months of other calendars, which ical.js does not know (RFC 7529 4.2). */
function monthOf(written: string): number | string {
  return written.endsWith("L") ? `${Number.parseInt(written, 10)}L` : Number(written);
}
