import { isDate, isDateTime } from "./time.js";

/** A month that the Gregorian calendar does not have: the thirteenth, or a leap month. */
export const FOREIGN_MONTH = /L|\b0*13\b/i;
/** As many as a year has days; longer ones only make a search dear. */
const LONGEST_LIST = 366;

type PartCheck = (value: string) => boolean;

const number =
  (least: number, most: number): PartCheck =>
  (value) =>
    /^[+-]?\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most;
/** Counts from either end, so zero is none of them. */
const ordinal =
  (most: number): PartCheck =>
  (value) =>
    number(-most, most)(value) && Number(value) !== 0;
const matches =
  (form: RegExp): PartCheck =>
  (value) =>
    form.test(value);

const SINGLE: ReadonlyMap<string, PartCheck> = new Map([
  ["freq", matches(/^(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/i)],
  ["interval", number(1, 999_999_999)],
  ["count", number(1, 999_999_999)],
  ["until", (value: string) => isDateTime(value) || isDate(value)],
  ["wkst", matches(/^(SU|MO|TU|WE|TH|FR|SA)$/i)],
  ["rscale", matches(/^[A-Z0-9-]+$/i)],
  ["skip", matches(/^(OMIT|BACKWARD|FORWARD)$/i)],
]);

const LISTS: ReadonlyMap<string, PartCheck> = new Map([
  ["bysecond", number(0, 60)],
  ["byminute", number(0, 59)],
  ["byhour", number(0, 23)],
  ["byday", isWeekday],
  ["bymonthday", ordinal(31)],
  ["byyearday", ordinal(366)],
  ["byweekno", ordinal(53)],
  ["bymonth", isMonth],
  ["bysetpos", ordinal(366)],
]);

/**
 * One sentence about what is wrong with a RECUR value, else undefined (RFC 5545 3.3.10, RFC 7529 4). X- parts are kept.
 *
 * Parts that RFC 5545 forbids beside a FREQ are accepted, because clients store such rules and a refusal would lose the event; they
 * mean nothing when the rule is expanded: BYWEEKNO outside YEARLY, BYYEARDAY with DAILY, WEEKLY or MONTHLY, BYMONTHDAY with WEEKLY,
 * the number of a BYDAY outside MONTHLY and YEARLY or beside BYWEEKNO.
 */
export function problemOfRule(raw: string): string | undefined {
  const parts = new Map<string, string>();
  for (const part of raw.replace(/;$/, "").split(";")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (name === "") return `The recurrence rule has a part without a name or a value: "${part.slice(0, 40)}".`;
    if (parts.has(name)) return `The recurrence rule has ${name.toUpperCase()} more than once.`;
    const value = part.slice(equals + 1).trim();
    if (!isPart(name, value)) return `The recurrence rule has an impossible ${part.slice(0, 60)}.`;
    parts.set(name, value);
  }
  return problemOf(parts);
}

function isPart(name: string, value: string): boolean {
  const single = SINGLE.get(name);
  if (single !== undefined) return single(value);
  const list = LISTS.get(name);
  if (list === undefined) return name.startsWith("x-") && !value.includes("=");
  const items = value.split(",");
  return items.length <= LONGEST_LIST && items.every((item) => list(item.trim()));
}

function problemOf(parts: ReadonlyMap<string, string>): string | undefined {
  if (!parts.has("freq")) return "The recurrence rule has no FREQ.";
  if (parts.has("until") && parts.has("count")) return "The recurrence rule has both UNTIL and COUNT.";
  if (parts.has("skip") && !parts.has("rscale")) return "The recurrence rule has SKIP without RSCALE.";
  if (!parts.has("rscale") && FOREIGN_MONTH.test(parts.get("bymonth") ?? ""))
    return "The recurrence rule has a month that only other calendars have, without RSCALE.";
  const isAlone = parts.has("bysetpos") && [...parts.keys()].filter((name) => name.startsWith("by")).length === 1;
  return isAlone ? "The recurrence rule has BYSETPOS without another BY part." : undefined;
}

function isWeekday(value: string): boolean {
  const [, position] = /^([+-]?\d{1,2})?(?:SU|MO|TU|WE|TH|FR|SA)$/i.exec(value) ?? [undefined, "0"];
  return position === undefined || ordinal(53)(position);
}

/** A leap month of another calendar has an L behind its number (RFC 7529 4.2). */
function isMonth(value: string): boolean {
  return number(1, 13)(value.replace(/^(\d{1,2})L$/i, "$1"));
}
