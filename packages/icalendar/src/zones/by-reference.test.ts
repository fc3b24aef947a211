import { describe, expect, it } from "vitest";
import { withoutTimezones, withTimezones } from "./by-reference.js";
import { vtimezoneOf } from "./vtimezone.js";

const calendar = (...parts: readonly string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${parts.join("")}END:VCALENDAR\r\n`;
const event = (tzid: string) =>
  `BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=${tzid}:20260101T100000\r\nDESCRIPTION:a;TZID=Asia/Tokyo:b\r\nEND:VEVENT\r\n`;
const berlin = vtimezoneOf("Europe/Berlin") ?? "";
const own = berlin.replace("TZID:Europe/Berlin", "TZID:Our Zone");

describe("time zones by reference (RFC 7809 3.1.3)", () => {
  it("puts a missing VTIMEZONE before the first component, under its own name (CAL-100)", () => {
    const plain = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20260101T100000\r\nEND:VEVENT\r\n";
    expect(withTimezones(calendar(plain))).toBe(calendar(berlin, plain));
    expect(withTimezones(calendar(plain.replace("Europe/Berlin", "W. Europe Standard Time")))).toContain(
      "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:",
    );
  });

  it.each([
    calendar("BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T100000Z\r\nEND:VEVENT\r\n"),
    calendar(berlin, event("Europe/Berlin").replace(/DESCRIPTION.*\r\n/, "")),
    calendar("BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Nowhere:20260101T100000\r\nEND:VEVENT\r\n"),
    "no calendar;TZID=Europe/Berlin:at all",
  ])("leaves a text alone that lacks no zone the server knows", (text) => {
    expect(withTimezones(text)).toBe(text);
  });

  it("takes the VTIMEZONEs of IANA names away and keeps others (CAL-100)", () => {
    expect(withoutTimezones(calendar(berlin, own, event("Europe/Berlin")))).toBe(calendar(own, event("Europe/Berlin")));
  });

  it("gives back what was taken away", () => {
    const full = calendar(berlin, event("Europe/Berlin").replace(/DESCRIPTION.*\r\n/, ""));
    expect(withTimezones(withoutTimezones(full))).toBe(full);
  });
});
