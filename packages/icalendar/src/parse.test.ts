import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { bytes, calendar, event, fixture, OBJECT_FIXTURES } from "../testing/ics.js";
import type { JComponent } from "./jcal.js";
import { param, property, text } from "./jcal.js";
import { parseCalendar } from "./parse.js";

function parsed(source: string | Uint8Array): JComponent {
  const result = parseCalendar(source);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.value;
}

function finding(source: string | Uint8Array) {
  const result = parseCalendar(source);
  return result.ok ? undefined : result.findings[0];
}

const firstEvent = (source: string | Uint8Array) => parsed(source)[2][0] ?? ["", [], []];

describe("parseCalendar", () => {
  it.each(OBJECT_FIXTURES)("reads %s (RFC 5545 3.4)", (name) => {
    expect(parsed(fixture(name))[0]).toBe("vcalendar");
  });

  it.each([
    "apple-travel.ics",
    "thunderbird-exceptions.ics",
    "outlook-windows-zone.ics",
    "journal.ics",
    "utf8-folded.ics",
  ])("agrees with another parser on the texts and times of %s (RFC 7265)", (name) => {
    const theirs = ICAL.parse(new TextDecoder().decode(fixture(name))) as unknown as JComponent;
    const pick = (calendar: JComponent) =>
      calendar[2].flatMap((each) =>
        ["uid", "summary", "description", "dtstart", "dtend", "location", "categories", "exdate"].map((key) =>
          property(each, key),
        ),
      );
    expect(pick(parsed(fixture(name)))).toEqual(pick(theirs));
  });

  it("unfolds before it decodes UTF-8 (CAL-52, RFC 5545 3.1)", () => {
    const source = bytes(calendar(...event("DTSTART:20260101T000000Z", "SUMMARY:Gr@#e")));
    const at = source.indexOf(64);
    const split = new Uint8Array([...source.slice(0, at), 0xc3, 13, 10, 32, 0xbc, ...source.slice(at + 2)]);
    expect(text(firstEvent(split), "summary")).toBe("Grüe");
  });

  it("accepts bare LF, a byte order mark, odd folds and a missing last line end (CAL-36)", () => {
    const source = `\uFEFF${calendar(...event("DTSTART:20260101T000000Z", "SUMMARY:a\n b\n\tc\n  d"))}`
      .replaceAll("\r\n", "\n")
      .trimEnd();
    expect(text(firstEvent(bytes(source)), "summary")).toBe("abc d");
  });

  it("takes names in any case and keeps unknown parameters and properties (CAL-08, CAL-52)", () => {
    const component = firstEvent(
      calendar(
        "begin:vevent",
        "uid:u1",
        "dtstart;x-Foo=Bar:20260101T000000Z",
        "X-Thing;A=1,2:raw\\,value",
        "end:vevent",
      ),
    );
    expect(property(component, "dtstart")).toEqual([
      "dtstart",
      { "x-foo": "Bar" },
      "date-time",
      "2026-01-01T00:00:00Z",
    ]);
    expect(property(component, "x-thing")).toEqual(["x-thing", { a: ["1", "2"] }, "unknown", "raw\\,value"]);
  });

  it("decodes text escapes and caret escapes of parameters (CAL-51, RFC 6868)", () => {
    const component = firstEvent(
      calendar(...event("DTSTART:20260101", 'SUMMARY;X-P="a^nb^^c^\'d":x\\;y\\,z\\\\n\\N!')),
    );
    expect(text(component, "summary")).toBe("x;y,z\\n\n!");
    expect(param(property(component, "summary") ?? ["", {}, ""], "x-p")).toBe('a\nb^c"d');
  });

  it("reads a long list of quoted addresses and the value behind it (RFC 5545 3.2.11)", () => {
    const attendee = property(firstEvent(fixture("modern-properties.ics")), "attendee");
    expect(attendee?.[1].member).toHaveLength(6);
    expect(attendee?.[3]).toBe("mailto:dick@example.com");
  });

  it("keeps an unquoted comma in a common name, as Outlook writes it (RFC 5545 3.2.2)", () => {
    const component = firstEvent(
      calendar(...event("DTSTART:20260101T000000Z", "ORGANIZER;CN=Smith, John:mailto:j@example.com")),
    );
    expect(property(component, "organizer")?.[1].cn).toBe("Smith, John");
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "reads a property and parameter named %s",
    (name) => {
      const component = firstEvent(calendar(...event("DTSTART:20260101T000000Z", `${name};${name}=1:x`)));
      const found = property(component, name.toLowerCase());
      expect([found?.[2], found?.[3], found && param(found, name.toLowerCase())]).toEqual(["unknown", "x", "1"]);
    },
  );

  it.each([
    ["DTSTART:20261399T250000Z", "DTSTART"],
    ["DTSTART;VALUE=DATE:20260230", "DTSTART"],
    ["DTSTART:2026-01-01T00:00:00", "DTSTART"],
    ["DTSTART:20260101T240000", "DTSTART"],
    ["DURATION:1H", "DURATION"],
    ["DURATION:PT", "DURATION"],
    ["EXDATE:20260101T000000Z,20260199T000000Z", "EXDATE"],
    ["RDATE;VALUE=PERIOD:20260101T000000Z", "RDATE"],
    ["RRULE:FREQ=FORTNIGHTLY", "RRULE"],
    ["RRULE:INTERVAL=2", "RRULE"],
    ["RRULE:FREQ=DAILY;INTERVAL=0", "RRULE"],
    ["RRULE:FREQ=DAILY;COUNT=0", "RRULE"],
    ["RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260201", "RRULE"],
    ["RRULE:FREQ=DAILY;FREQ=DAILY", "RRULE"],
    ["RRULE:FREQ=MONTHLY;BYMONTHDAY=40", "RRULE"],
    ["RRULE:FREQ=MONTHLY;BYDAY=6XX", "RRULE"],
    ["RRULE:FREQ=YEARLY;BYMONTH=13", "RRULE"],
    ["RRULE:FREQ=DAILY;SKIP=OMIT", "RRULE"],
    ["RRULE:FREQ=DAILY;UNTIL=20261301", "RRULE"],
    ["RRULE:FREQ=DAILY;BYSETPOS=1", "RRULE"],
    ["RRULE:FREQ=DAILY;BYNONSENSE=1", "RRULE"],
    ["SEQUENCE:many", "SEQUENCE"],
  ])("refuses %s with line and property (CAL-45, RFC 5545 3.3)", (line, name) => {
    const found = finding(calendar(...event("SUMMARY:a", line)));
    expect(found).toMatchObject({ code: "valid-calendar-data", line: 8, property: name });
  });

  it("keeps unreadable values of alarms, zones, X- properties and unimportant ones (CAL-50, CAL-53)", () => {
    const source = calendar(
      "BEGIN:VTIMEZONE",
      "TZID:Odd",
      "BEGIN:STANDARD",
      "DTSTART:1601",
      "TZOFFSETTO:never",
      "END:STANDARD",
      "END:VTIMEZONE",
      ...event(
        "DTSTART:20260101T000000Z",
        "PRIORITY:high",
        "X-D;VALUE=DATE:1",
        "BEGIN:VALARM",
        "TRIGGER:soon",
        "END:VALARM",
      ),
    );
    expect(parsed(source)[2][1]?.[2][0]?.[1][0]).toEqual(["trigger", {}, "duration", "soon"]);
  });

  it.each([
    ["", 1],
    ["BEGIN:VCALENDAR", 1],
    ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nEND:VCALENDAR", 4],
    ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nnonsense\r\nEND:VCALENDAR", 3],
    ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX;A="open:b\r\nEND:VCALENDAR', 3],
    ["BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD", 1],
    [calendar() + calendar(), 5],
    ["BEGIN:VCALENDAR\r\nEND:VCALENDAR", 1],
    ["END:VCALENDAR", 1],
    ["<html>not found</html>", 1],
    [`${calendar(...event("SUMMARY:a\u0000b"))}`, 7],
  ])("locates the error in broken text %# (RFC 5545 3.4, 3.6)", (source, line) => {
    expect(finding(source)).toMatchObject({ code: "valid-calendar-data", line });
  });

  it("refuses vCalendar 1.0 as an unsupported format (CAL-40)", () => {
    expect(finding("BEGIN:VCALENDAR\r\nVERSION:1.0\r\nEND:VCALENDAR")).toMatchObject({
      code: "supported-calendar-data",
      line: 2,
    });
    expect(finding("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nVERSION:2.0\r\nEND:VCALENDAR")).toMatchObject({
      property: "VERSION",
    });
  });

  it("names the line with an octet that is not UTF-8 (RFC 5545 3.1.4)", () => {
    const source = new Uint8Array(Buffer.from(calendar(...event("SUMMARY:Größe")), "latin1"));
    expect(finding(source)).toMatchObject({ code: "valid-calendar-data", line: 7 });
    expect(finding(source)?.message).toContain("UTF-8");
  });
});
