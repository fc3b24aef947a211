import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractIndex } from "./extract.js";
import { readObject } from "./object.js";
import { occurrencesOf } from "./occurrences.js";
import { parseCalendar } from "./parse.js";

const NOW = Date.UTC(2026, 10, 21);

function occurrences(lines: readonly string[]) {
  const text = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//T//EN",
    "BEGIN:VEVENT",
    "UID:u",
    "DTSTAMP:20260101T000000Z",
  ];
  const calendar = parseCalendar([...text, ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n"));
  const object = calendar.ok ? readObject(calendar.value) : calendar;
  if (!object.ok) throw new Error(JSON.stringify(object.findings));
  return occurrencesOf(object.value, extractIndex(object.value), NOW);
}

const two = (value: number): string => String(value).padStart(2, "0");
const ZONES = [";TZID=Europe/Berlin:", ";TZID=America/Chicago:", ";TZID=Pacific/Apia:", ":"] as const;
const RULES = ["DAILY", "WEEKLY", "WEEKLY;BYDAY=MO,TH", "MONTHLY", "MONTHLY;BYDAY=-1SU", "YEARLY", "HOURLY"] as const;
const ENDS = ["", ";COUNT=40", ";UNTIL=20270328T013000Z", ";COUNT=11000"] as const;

const series = fc.record({
  zone: fc.constantFrom(...ZONES),
  utc: fc.boolean(),
  year: fc.integer({ min: 2011, max: 2027 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.integer({ min: 0, max: 23 }),
  rule: fc.constantFrom(...RULES),
  interval: fc.integer({ min: 1, max: 5 }),
  end: fc.constantFrom(...ENDS),
  duration: fc.constantFrom("PT0S", "PT45M", "P1D", "P1DT3H", "P9D"),
  shown: fc.constantFrom("TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "STATUS:TENTATIVE"),
});

describe("occurrences for an index", () => {
  it("are those of the expansion for a series that is nothing but its rule (RFC 4791 9.9)", () => {
    fc.assert(
      fc.property(series, ({ zone, utc, year, month, day, hour, rule, interval, end, duration, shown }) => {
        const start = `${zone}${year}${two(month)}${two(day)}T${two(hour)}3000${zone === ":" && utc ? "Z" : ""}`;
        const lines = [
          `DTSTART${start}`,
          `DURATION:${duration}`,
          `RRULE:FREQ=${rule};INTERVAL=${interval}${end}`,
          shown,
        ];
        // DTSTART once more changes nothing, but for this the series has to be expanded.
        const expanded = occurrences([...lines, `RDATE${start}`]);
        expect(occurrences(lines)).toEqual(expanded);
      }),
      { numRuns: 150 },
    );
  });

  it("are told as a multirange of half-open spans, those that touch as one (RFC 4791 9.9)", () => {
    const [row] = occurrences(["DTSTART:20260105T100000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;COUNT=3"]).rows;
    const from = Date.UTC(2026, 0, 5, 10);
    expect(row).toMatchObject({ busy: "BUSY", margin: "none", spans: `{[${from},${from + 3 * 3_600_000})}` });
    const apart = occurrences(["DTSTART:20260105T100000Z", "RRULE:FREQ=DAILY;COUNT=2"]).rows;
    const next = from + 86_400_000;
    expect(apart).toMatchObject([{ busy: "FREE", spans: `{[${from},${from + 1}),[${next},${next + 1})}` }]);
  });
});
