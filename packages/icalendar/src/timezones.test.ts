import { describe, expect, it } from "vitest";
import { calendar, event } from "../testing/ics.js";
import { readTimezone } from "./timezones.js";

const STANDARD = [
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
];
const ZONE = ["BEGIN:VTIMEZONE", "TZID:Home", ...STANDARD, "END:VTIMEZONE"];
const RULE = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU";
const ENDLESS = [
  "BEGIN:VTIMEZONE",
  "TZID:Home",
  ...Array.from({ length: 200 }, () => [...STANDARD.slice(0, -1), RULE, "END:STANDARD"].join("\r\n")),
  "END:VTIMEZONE",
];

describe("readTimezone", () => {
  it("reads the one VTIMEZONE (CAL-74, RFC 4791 5.2.2)", () => {
    const result = readTimezone(calendar(...ZONE));
    expect(result.ok && [result.value.tzid, result.value.component[0]]).toEqual(["Home", "vtimezone"]);
  });

  it.each([
    ["nothing", calendar()],
    ["two zones", calendar(...ZONE, ...ZONE)],
    ["a zone and an event", calendar(...ZONE, ...event("DTSTART:20260101T000000Z"))],
    ["an event", calendar(...event("DTSTART:20260101T000000Z"))],
    ["a zone without TZID", calendar("BEGIN:VTIMEZONE", ...STANDARD, "END:VTIMEZONE")],
    ["a zone without rules", calendar("BEGIN:VTIMEZONE", "TZID:Home", "END:VTIMEZONE")],
    ["a zone with rules for thousands of years", calendar(...ENDLESS)],
    ["no calendar", "Europe/Berlin"],
  ])("refuses %s (CAL-74)", (_, source) => {
    const result = readTimezone(source);
    expect(result.ok ? undefined : result.findings[0]?.code).toBe("valid-calendar-data");
  });
});
