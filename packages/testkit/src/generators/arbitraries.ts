import { vtimezoneOf } from "@kalends/icalendar";
import fc from "fast-check";
import type { BruteCalendar, BruteRule } from "../brute-force.js";
import { eventText } from "./text.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** A small event twice: as text for a UID, and as what the brute-force oracle reads. */
export interface ModelledEvent {
  readonly text: (uid: string) => string;
  readonly model: BruteCalendar;
}

/** Wall clock of a moment of spring 2026, whole minutes, milliseconds as if UTC. */
const wall = fc
  .record({ days: fc.integer({ min: 0, max: 100 }), minutes: fc.integer({ min: 0, max: 24 * 60 - 1 }) })
  .map(({ days, minutes }) => Date.UTC(2026, 1, 1) + days * DAY + minutes * MINUTE);

const weekdays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 });

const rule: fc.Arbitrary<BruteRule> = fc.oneof(
  fc.record({
    freq: fc.constantFrom("DAILY" as const, "WEEKLY" as const, "MONTHLY" as const),
    interval: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 30 }),
  }),
  weekdays.map((days) => ({ freq: "WEEKLY" as const, byDay: days.map((day) => ({ day, ordinal: 0 })) })),
  fc.constantFrom(31, -1, 15).map((day) => ({ freq: "MONTHLY" as const, byMonthDay: [day] })),
  fc.constant({ freq: "MONTHLY" as const, byDay: [{ day: 2, ordinal: -1 }] }),
);

const basic = (time: number): string => new Date(time).toISOString().replaceAll(/[-:]|\.\d+Z/g, "");

function ruleLine({ freq, interval, count, byDay, byMonthDay }: BruteRule): string {
  const days = byDay?.map(({ day, ordinal }) => `${ordinal === 0 ? "" : ordinal}${WEEKDAYS[day]}`);
  const parts = [
    `FREQ=${freq}`,
    ...(interval === undefined ? [] : [`INTERVAL=${interval}`]),
    ...(count === undefined ? [] : [`COUNT=${count}`]),
    ...(days ? [`BYDAY=${days.join(",")}`] : []),
    ...(byMonthDay ? [`BYMONTHDAY=${byMonthDay.join(",")}`] : []),
  ];
  return `RRULE:${parts.join(";")}`;
}

const forms = ["date", "utc", "floating", "Europe/Berlin", "America/New_York"] as const;

function modelled(
  at: number,
  form: (typeof forms)[number],
  minutes: number,
  rules: readonly BruteRule[],
  left: boolean,
): ModelledEvent {
  const isDate = form === "date";
  const start = isDate ? Math.floor(at / DAY) * DAY : at;
  const days = minutes >= 24 * 60 ? 3 : 1;
  const isZone = form.includes("/");
  const parameter = isDate ? ";VALUE=DATE" : isZone ? `;TZID=${form}` : "";
  const value = `${parameter}:${isDate ? basic(start).slice(0, 8) : basic(start)}${form === "utc" ? "Z" : ""}`;
  const excluded = left && rules.length > 0;
  const lines = [
    `DURATION:${isDate ? `P${days}D` : `PT${minutes}M`}`,
    ...rules.map(ruleLine),
    ...(excluded ? [`EXDATE${value}`] : []),
  ];
  const zones = isZone ? [vtimezoneOf(form) ?? ""] : [];
  return {
    text: (uid) => eventText(uid, { start: value, end: "", lines, zones }),
    model: {
      zone: isZone ? form : "UTC",
      start,
      duration: isDate ? days * DAY : minutes * MINUTE,
      wallDuration: isDate,
      rules,
      exrules: [],
      rdates: [],
      exdates: excluded ? [start] : [],
      overrides: [],
    },
  };
}

/** Small events: all day, in UTC, in a zone or in none (read as UTC); once or in series, now and then without the first. */
export const arbitraryEvent: fc.Arbitrary<ModelledEvent> = fc
  .record({
    at: wall,
    form: fc.constantFrom(...forms),
    minutes: fc.constantFrom(0, 30, 90, 3 * 24 * 60),
    rules: fc.oneof(fc.constant([]), fc.tuple(rule)),
    left: fc.boolean(),
  })
  .map(({ at, form, minutes, rules, left }) => modelled(at, form, minutes, rules, left));
