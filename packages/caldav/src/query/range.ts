import { refuse } from "@kalends/dav-core";
import { attr, type XmlElement } from "@kalends/dav-xml";
import type { Range } from "@kalends/icalendar";
import { ValidFilter } from "../conditions.js";
import { MAX_DATE_TIME, MIN_DATE_TIME } from "../limits.js";

const UTC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** An iCalendar date and time in UTC as epoch milliseconds; undefined for what is none (month 13, no Z). */
export function parseUtc(value: string): number | undefined {
  const [, year, month, day, hour, minute, second] = (UTC.exec(value.trim()) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour ?? 0, minute ?? 0, Math.min(second ?? 0, 59));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return isReal ? date.getTime() : undefined;
}

/** Why a range cannot be taken: the sentence for people. */
export type RangeFault = string;

function bound(el: XmlElement, name: "start" | "end"): number | undefined | RangeFault {
  const value = attr(el, name);
  if (value === undefined || value.trim() === "") return undefined;
  return parseUtc(value) ?? `${name}="${value.slice(0, 40)}" is no date and time in UTC such as 20260131T090000Z.`;
}

/** Reads `start` and `end`; an open end is infinite. Gives a sentence for what cannot be a range (RFC 4791 9.9; CAL-75). */
export function readRange(el: XmlElement, need: "one" | "both"): Range | RangeFault {
  const start = bound(el, "start");
  const end = bound(el, "end");
  if (typeof start === "string") return start;
  if (typeof end === "string") return end;
  const given = [start, end].filter((each) => each !== undefined).length;
  if (given < (need === "both" ? 2 : 1))
    return need === "both" ? "start and end are both needed." : "start or end is needed.";
  const range = { start: start ?? Number.NEGATIVE_INFINITY, end: end ?? Number.POSITIVE_INFINITY };
  return range.end > range.start ? range : "end must lie after start.";
}

/** Ranges beyond what a calendar can hold mean "all": clients ask for 1601 to 9999 when they want everything (CAL-75). */
export function clip({ start, end }: Range): Range {
  return {
    start: start <= MIN_DATE_TIME ? Number.NEGATIVE_INFINITY : Math.min(start, MAX_DATE_TIME),
    end: end >= MAX_DATE_TIME ? Number.POSITIVE_INFINITY : Math.max(end, MIN_DATE_TIME),
  };
}

/** A `C:time-range` of a filter; refuses with `C:valid-filter`. */
export function filterRange(el: XmlElement): Range {
  const range = readRange(el, "one");
  return typeof range === "string" ? refuse(ValidFilter, undefined, `time-range: ${range}`) : clip(range);
}
