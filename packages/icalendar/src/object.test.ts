import { describe, expect, it } from "vitest";
import { calendar, event, fixture, OBJECT_FIXTURES } from "../testing/ics.js";
import { type ObjectOptions, readObject } from "./object.js";
import { parseCalendar } from "./parse.js";

function read(source: string | Uint8Array, options?: ObjectOptions) {
  const parsed = parseCalendar(source);
  return parsed.ok ? readObject(parsed.value, options) : parsed;
}

const START = "DTSTART:20260101T100000Z";

describe("readObject", () => {
  it.each(OBJECT_FIXTURES)("sees one object in %s (CAL-04, RFC 4791 4.1)", (name) => {
    expect(read(fixture(name)).ok).toBe(true);
  });

  it("tells master, overrides and zones apart (CAL-05)", () => {
    const object = read(fixture("thunderbird-exceptions.ics"));
    expect(
      object.ok && [object.value.component, object.value.master !== undefined, object.value.overrides.length],
    ).toEqual(["VEVENT", true, 1]);
    expect(object.ok && [...object.value.timezones.keys()]).toEqual(["Europe/Berlin"]);
  });

  it("accepts overrides without a master (CAL-06)", () => {
    const object = read(fixture("override-only.ics"));
    expect(object.ok && [object.value.master, object.value.overrides.length]).toEqual([undefined, 1]);
  });

  it("keeps nested and X- components without counting them (CAL-08, CAL-56)", () => {
    const object = read(
      calendar("BEGIN:X-NOTE", "END:X-NOTE", ...event(START, "BEGIN:VLOCATION", "UID:l1", "END:VLOCATION")),
    );
    expect(object.ok && object.value.uid).toBe("u1");
    expect(object.ok && object.value.calendar[2]).toHaveLength(2);
  });

  it.each([
    ["METHOD (CAL-04)", ["METHOD:PUBLISH", ...event(START)], "valid-calendar-object-resource"],
    [
      "two UIDs (CAL-04)",
      [...event(START), "BEGIN:VEVENT", "UID:u2", START, "END:VEVENT"],
      "valid-calendar-object-resource",
    ],
    ["two types (CAL-04)", [...event(START), "BEGIN:VTODO", "UID:u1", "END:VTODO"], "valid-calendar-object-resource"],
    ["two masters (CAL-05)", [...event(START), ...event(START)], "valid-calendar-object-resource"],
    ["nothing but a zone", ["BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE"], "valid-calendar-object-resource"],
    ["no UID (CAL-41)", ["BEGIN:VEVENT", START, "END:VEVENT"], "valid-calendar-data"],
    ["an empty UID (CAL-41)", ["BEGIN:VEVENT", "UID: ", START, "END:VEVENT"], "valid-calendar-data"],
    ["two UIDs in one event (CAL-41)", ["BEGIN:VEVENT", "UID:a", "UID:b", START, "END:VEVENT"], "valid-calendar-data"],
    ["a type nobody supports", ["BEGIN:VPOLL", "UID:a", "END:VPOLL"], "supported-calendar-component"],
  ])("refuses %s", (_, lines, code) => {
    const result = read(calendar(...lines));
    expect(result.ok ? [] : result.findings.map((each) => each.code)).toContain(code);
  });

  it("accepts METHOD where messages are read (RFC 6638 2.3)", () => {
    expect(read(calendar("METHOD:REQUEST", ...event(START)), { allowMethod: true }).ok).toBe(true);
  });
});
