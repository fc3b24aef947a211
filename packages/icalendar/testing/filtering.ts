import { expect } from "vitest";
import { bounds } from "../src/bounds.js";
import { type CompFilter, matches } from "../src/filter.js";
import { type CalendarObject, readObject } from "../src/object.js";
import { parseCalendar } from "../src/parse.js";
import { utcZone, type Zone } from "../src/zones.js";
import { calendar } from "./ics.js";

export const INSTANCES = { instances: 1000 };
/** The day most of it is about. */
export const D = "20260610T";

/** An object from content lines of its components; UID and DTSTAMP are added. */
export function object(...components: string[]): CalendarObject {
  const lines = components.flatMap((text) =>
    text.replace(/^(BEGIN:V(?:EVENT|TODO|JOURNAL|FREEBUSY))$/gm, "$1\nUID:x\nDTSTAMP:20260101T000000Z").split("\n"),
  );
  const parsed = parseCalendar(calendar(...lines.filter((line) => line !== "")));
  const read = parsed.ok ? readObject(parsed.value) : parsed;
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
}

export const event = (lines: string, more = ""): string =>
  `BEGIN:VEVENT\n${lines.split(" ").join("\n")}\n${more}\nEND:VEVENT`;
export const at = (text: string): number => Date.parse(text.length > 10 ? `${text}Z` : `${text}T00:00Z`);
/** "10:00" of that day, or a full time. */
const clock = (text: string): number => at(text.length === 5 ? `2026-06-10T${text}` : text);

/** An empty side is open. */
export const rangeOf = (start: string, end: string) => ({
  start: start === "" ? -Infinity : clock(start),
  end: end === "" ? Infinity : clock(end),
});

export const within = (name: string, filter: Partial<CompFilter>): CompFilter => ({
  name: "VCALENDAR",
  comps: [{ name, ...filter }],
});

/** Whether an object is in a range; and if so, that its bounds hold. */
export function inRange(of: CalendarObject, start: string, end: string, zone: Zone = utcZone): boolean {
  const timeRange = rangeOf(start, end);
  const result = matches(of, within(of.component, { timeRange }), zone, INSTANCES);
  const { firstStart, lastEnd } = bounds(of);
  if (result) expect(firstStart <= timeRange.end && lastEnd >= timeRange.start, "bounds hold what matches").toBe(true);
  return result;
}

/** "10:00-11:00 11:00-" as pairs. */
export const rangesOf = (list: string): [string, string][] =>
  list === ""
    ? []
    : list.split(" ").map((range) => {
        const [, start = "", end = ""] = /^(\d{4}-\d\d-\d\d(?:T[\d:]+)?|\d\d:\d\d|)-(.*)$/.exec(range) ?? [];
        return [start, end];
      });
