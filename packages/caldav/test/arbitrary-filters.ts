import type { CalendarFilter, CompFilter, Range } from "@kalends/icalendar";
import fc from "fast-check";
import { BASE, DAY } from "./arbitrary-objects.js";

const YEAR = 365 * DAY;
/** Moves a range: mostly not at all, else to around the end of what the index covers, or beyond. */
export const shift = fc.constantFrom(0, 0, 0, 2 * YEAR - 20 * DAY, 2 * YEAR + 30 * DAY, 5 * YEAR);

const hour = fc.integer({ min: -24, max: 7 * 24 }).map((hours) => BASE + hours * 3_600_000);

/** A range whose sides may be open. */
export const range = (shifts: fc.Arbitrary<number>): fc.Arbitrary<Range> =>
  fc.tuple(fc.option(hour), fc.option(hour), shifts).map(([a, b, by]) => ({
    start: a === null ? Number.NEGATIVE_INFINITY : by + Math.min(a, b ?? a),
    end: b === null ? Number.POSITIVE_INFINITY : by + (a === null ? b : Math.max(a, b) + 3_600_000),
  }));

export const collation = fc.constantFrom("i;octet" as const, "i;ascii-casemap" as const, "i;unicode-casemap" as const);
export const test = fc.constantFrom("allof" as const, "anyof" as const);

export const timed = (timeRange: fc.Arbitrary<Range>): fc.Arbitrary<CompFilter> =>
  fc.record({ name: fc.constantFrom("VEVENT", "VEVENT", "VTODO", "VJOURNAL"), timeRange });

export const absent: fc.Arbitrary<CompFilter> = fc
  .constantFrom("VEVENT", "VTODO")
  .map((name) => ({ name, isNotDefined: true }));

export const inCalendar = (comps: fc.Arbitrary<CompFilter[]>): fc.Arbitrary<CalendarFilter> =>
  fc.record({ name: fc.constant("VCALENDAR"), test, comps });

export const alone = (comp: fc.Arbitrary<CompFilter>): fc.Arbitrary<CalendarFilter> =>
  inCalendar(comp.map((each) => [each]));
