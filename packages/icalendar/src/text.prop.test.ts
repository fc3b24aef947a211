import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, calendar, fixture, LIMITS, NOW, OBJECT_FIXTURES } from "../testing/ics.js";
import { analyseObject } from "./analyse.js";
import type { JComponent, JProperty } from "./jcal.js";
import { joinCalendar } from "./join.js";
import { parseCalendar } from "./parse.js";
import { printCalendar } from "./print.js";
import { splitCalendar } from "./split.js";
import { readTimezone } from "./timezones.js";

const numRuns = Number(process.env.KALENDS_PROPERTY_RUNS ?? 150);

/** Text without control characters, which iCalendar cannot carry, but with line feeds, which it escapes. */
const anyText = fc
  .string({
    unit: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom("\n", "\\", ",", ";", ":", '"', "^", "n", "ä", "€", "🎉", " ") },
      { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
    ),
    maxLength: 120,
  })
  .map((text) => text.replace(/[\x00-\x09\x0b-\x1f\x7f\uFEFF]/g, ""));
const name = fc.stringMatching(/^x-[a-z0-9]{1,8}$/);
const paramText = anyText.filter((text) => text !== "");
const params = fc
  .dictionary(name, fc.oneof(paramText, fc.array(paramText, { minLength: 2, maxLength: 4 })), { maxKeys: 3 })
  .map((each) => ({ ...each }));
const two = (number: number) => String(number).padStart(2, "0");
const date = fc
  .tuple(fc.integer({ min: 1600, max: 2400 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => `${y}-${two(m)}-${two(d)}`);
const dateTime = fc
  .tuple(date, fc.nat(23), fc.nat(59), fc.nat(59), fc.constantFrom("", "Z"))
  .map(([day, h, m, s, z]) => `${day}T${two(h)}:${two(m)}:${two(s)}${z}`);
const duration = fc.constantFrom("PT1H", "-P1D", "P2W", "P1DT2H3M4S", "PT0S");
const recur = fc.record(
  {
    freq: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
    interval: fc.integer({ min: 1, max: 99 }),
    until: fc.oneof(date, dateTime),
    byday: fc.constantFrom("MO", "-1SU", "2TU").map((day) => day),
    bymonth: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
    wkst: fc.constantFrom("MO", "SU"),
  },
  { requiredKeys: ["freq"] },
);

const property: fc.Arbitrary<JProperty> = fc
  .tuple(
    params,
    fc.oneof(
      anyText.map((text): unknown[] => ["summary", "text", text]),
      fc.array(anyText, { minLength: 2, maxLength: 4 }).map((texts): unknown[] => ["categories", "text", ...texts]),
      fc.oneof(
        date.map((value): unknown[] => ["dtstart", "date", value]),
        dateTime.map((value): unknown[] => ["dtstart", "date-time", value]),
      ),
      fc.array(dateTime, { minLength: 1, maxLength: 4 }).map((values): unknown[] => ["exdate", "date-time", ...values]),
      fc
        .tuple(
          dateTime,
          duration.filter((each) => !each.startsWith("-")),
        )
        .map((period): unknown[] => ["freebusy", "period", period]),
      duration.map((value): unknown[] => ["duration", "duration", value]),
      recur.map((value): unknown[] => ["rrule", "recur", value]),
      fc.tuple(name, anyText).map(([key, value]): unknown[] => [key, "unknown", value.replaceAll("\n", "")]),
      fc.tuple(name, anyText).map(([key, value]): unknown[] => [key, "text", value]),
      fc.integer({ min: -999, max: 999 }).map((value): unknown[] => ["priority", "integer", value]),
    ),
  )
  .map(([parameters, [key, type, ...values]]) => [String(key), parameters, String(type), ...values]);

const component = (depth: number): fc.Arbitrary<JComponent> =>
  fc
    .tuple(
      fc.constantFrom("vevent", "vtodo", "x-thing"),
      fc.array(property, { maxLength: 5 }),
      depth === 0 ? fc.constant<JComponent[]>([]) : fc.array(component(depth - 1), { maxLength: 2 }),
    )
    .map(([kind, properties, children]): JComponent => [kind, properties, children]);

describe("text of calendars", () => {
  it("is read back as what was written (CAL-08, CAL-51, RFC 5545 3.1)", () => {
    fc.assert(
      fc.property(fc.array(component(1), { maxLength: 3 }), (components) => {
        const whole: JComponent = ["vcalendar", [["version", {}, "text", "2.0"]], components];
        const printed = printCalendar(whole);
        expect(parseCalendar(printed)).toEqual({ ok: true, value: whole });
        expect(printed.split("\r\n").every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
      }),
      { numRuns },
    );
  });

  it("keeps every object when joined and split again (CGP-24, CGP-33)", () => {
    const object = fc.tuple(
      fc.array(property, { maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom("Home", "Europe/Berlin", "Away"),
    );
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), (drafts) => {
        const objects = drafts.map(([properties, hasZone, tzid], n) => {
          const start: JProperty = ["dtstart", hasZone ? { tzid } : {}, "date-time", "2026-01-01T10:00:00"];
          const rest = properties.filter(([key]) => key !== "dtstart");
          const event: JComponent = ["vevent", [["uid", {}, "text", `uid ${n}, ä`], start, ...rest], []];
          const zone: JComponent = [
            "vtimezone",
            [["tzid", {}, "text", tzid]],
            [["standard", [["tzoffsetto", {}, "utc-offset", "+01:00"]], []]],
          ];
          return printCalendar([
            "vcalendar",
            [
              ["version", {}, "text", "2.0"],
              ["prodid", {}, "text", "p"],
            ],
            hasZone ? [zone, event] : [event],
          ]);
        });
        const split = splitCalendar([...joinCalendar(objects, { prodid: "p" })].join(""));
        const parts = split.ok ? split.value.parts.map((part) => parseCalendar(part.bytes)) : split;
        expect(parts).toEqual(objects.map((each) => parseCalendar(each)));
      }),
      { numRuns },
    );
  });

  it("never throws on random octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(analyseObject(octets, LIMITS, NOW).ok).toBe(false);
        splitCalendar(octets);
        readTimezone(octets);
        [...joinCalendar([octets], { prodid: "p" })].join("");
      }),
      { numRuns },
    );
  });

  it("never throws on damaged calendars, and what it accepts it accepts again unchanged (CAL-09)", () => {
    const sources = OBJECT_FIXTURES.map(fixture);
    const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(10, 13, 32, 34, 44, 58, 59))), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.nat(sources.length - 1), damage, (which, changes) => {
        const octets = Uint8Array.from(sources[which] ?? []);
        for (const [at, value] of changes) octets[at % octets.length] = value;
        const result = analyseObject(octets, LIMITS, NOW);
        const again = result.ok ? analyseObject(result.value.stored, LIMITS, NOW) : result;
        const expected = result.ok ? { ok: true, value: { ...result.value, changed: false } } : result;
        expect(again).toEqual(expected);
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it("is read line by line whatever lines it has", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "BEGIN:VEVENT",
        "END:VEVENT",
        "UID:a",
        "DTSTART:20260101T000000Z",
        "RRULE:FREQ=DAILY;COUNT=3",
        "RECURRENCE-ID:20260102T000000Z",
        "DURATION:-PT1H",
        "EXDATE:",
        "RDATE;VALUE=PERIOD:20260101T000000Z/PT1H",
        "BEGIN:VALARM",
        "END:VALARM",
        "TRIGGER:x",
        "DTSTART;TZID=X:20260101T000000",
      ),
      anyText,
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const source = bytes(calendar("BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT"));
        const result = analyseObject(source, LIMITS, NOW);
        if (result.ok) expect(parseCalendar(result.value.stored).ok).toBe(true);
      }),
      { numRuns: numRuns * 4 },
    );
  });
});
