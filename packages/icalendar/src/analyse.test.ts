import { describe, expect, it } from "vitest";
import { bytes, calendar, event, fixture, LIMITS, NOW, OBJECT_FIXTURES } from "../testing/ics.js";
import { analyseObject } from "./analyse.js";

const START = "DTSTART:20260101T100000Z";
const analyse = (source: string | Uint8Array, limits = LIMITS) =>
  analyseObject(typeof source === "string" ? bytes(source) : source, limits, NOW);

function codes(source: string | Uint8Array, limits = LIMITS): readonly string[] {
  const result = analyse(source, limits);
  return result.ok ? [] : result.findings.map((each) => each.code);
}

function stored(source: string | Uint8Array): string {
  const result = analyse(source);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(result.value.stored);
}

describe("analyseObject stores", () => {
  it.each(OBJECT_FIXTURES)("%s as it was sent (CAL-09, CAL-35)", (name) => {
    const source = fixture(name);
    const result = analyse(source);
    expect(result.ok && result.value.changed).toBe(false);
    expect(result.ok && Buffer.compare(result.value.stored, source)).toBe(0);
  });

  it("CRLF, no byte order mark and a last line end (CAL-36)", () => {
    const clean = calendar(...event(START));
    for (const sent of [`\uFEFF${clean}`, clean.replaceAll("\r\n", "\n"), clean.trimEnd()]) {
      const result = analyse(sent);
      expect(result.ok && result.value.changed).toBe(true);
      expect(stored(sent)).toBe(clean);
    }
  });

  it("valid UTF-8 where a fold cut a character (CAL-36, CAL-52)", () => {
    const source = bytes(calendar(...event(START, "SUMMARY:ab€x")));
    const at = source.indexOf(0x82);
    const cut = new Uint8Array([...source.slice(0, at), 13, 10, 32, ...source.slice(at)]);
    expect(stored(cut)).toContain("SUMMARY:ab\r\n €x\r\n");
  });

  it("a DTSTAMP in each component that lacks one, and nothing else new (CAL-41)", () => {
    const lines = [
      "BEGIN:VEVENT",
      "UID:u1",
      START,
      "RRULE:FREQ=DAILY",
      "END:VEVENT",
      "BEGIN:VEV",
      " ENT",
      "UID:u1",
      "RECURRENCE-ID:20260102T100000Z",
      START,
      "END:VEVENT",
    ];
    const sent = calendar(...lines);
    const stamp = "DTSTAMP:20260131T120000Z\r\n";
    expect(stored(sent)).toBe(
      sent.replace("VEVENT\r\nUID", `VEVENT\r\n${stamp}UID`).replace(" ENT\r\n", ` ENT\r\n${stamp}`),
    );
    expect(codes(stored(sent))).toEqual([]);
  });
});

describe("analyseObject accepts (tolerances)", () => {
  it.each([
    ["missing PRODID (CAL-40)", ["BEGIN:VEVENT", "UID:a", START, "END:VEVENT"]],
    ["equal DTEND (CAL-44)", event(START, "DTEND:20260101T100000Z")],
    ["EXDATE of another type (CAL-43)", event(START, "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20260102")],
    ["an empty EXDATE", event(START, "EXDATE:")],
    ["UNTIL of another type (CAL-45)", event(START, "RRULE:FREQ=DAILY;UNTIL=20260105")],
    ["two RRULEs (CAL-46)", event(START, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY")],
    ["an alarm without trigger (CAL-50)", event(START, "BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM")],
    ["an unknown STATUS (CAL-54)", event(START, "STATUS:MAYBE")],
    ["a rule that never fits (CAL-47)", event(START, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")],
    ["a day without VALUE=DATE", event("DTSTART:20260101", "DTEND:20260102")],
    ["an IANA zone without VTIMEZONE (CAL-07)", event("DTSTART;TZID=Europe/Paris:20260101T100000")],
    ["a Windows zone without VTIMEZONE (CAL-53)", event("DTSTART;TZID=Pacific Standard Time:20260101T100000")],
    [
      "an odd VTIMEZONE (CAL-53)",
      ["BEGIN:VTIMEZONE", "TZID:Home", "END:VTIMEZONE", ...event("DTSTART;TZID=Home:20260101T100000")],
    ],
    ["an hourly series for ever", event(START, "RRULE:FREQ=HOURLY")],
    ["a daily series for ever", event(START, "RRULE:FREQ=DAILY")],
    ["RSCALE=GREGORIAN (CAL-57)", event(START, "RRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD")],
    ["CREATED in the year 0", event(START, "CREATED:00001231T000000Z")],
    ["a leap second", event("DTSTART:20161231T235960Z")],
    [
      "THISANDFUTURE and a single override of one instant",
      [
        ...event(START, "RRULE:FREQ=DAILY"),
        ...event(START, "RECURRENCE-ID:20260102T100000Z"),
        ...event(START, "RECURRENCE-ID;RANGE=THISANDFUTURE:20260102T100000Z"),
      ],
    ],
  ])("%s", (_, lines) => {
    expect(codes(calendar(...lines))).toEqual([]);
  });
});

describe("analyseObject refuses", () => {
  it.each([
    ["VEVENT without DTSTART (CAL-41)", event(), "valid-calendar-data"],
    ["two different DTSTART", event(START, "DTSTART:20260301T120000Z"), "valid-calendar-data"],
    ["DTSTART as text", event("DTSTART;VALUE=TEXT:soon"), "valid-calendar-data"],
    ["DTEND and DURATION (CAL-42)", event(START, "DTEND:20260101T110000Z", "DURATION:PT1H"), "valid-calendar-data"],
    [
      "VTODO with DUE and DURATION (CAL-42)",
      ["BEGIN:VTODO", "UID:a", START, "DUE:20260102T000000Z", "DURATION:PT1H", "END:VTODO"],
      "valid-calendar-data",
    ],
    [
      "VTODO with DURATION alone (CAL-42)",
      ["BEGIN:VTODO", "UID:a", "DURATION:PT1H", "END:VTODO"],
      "valid-calendar-data",
    ],
    ["DTEND of another type (CAL-43)", event(START, "DTEND;VALUE=DATE:20260102"), "valid-calendar-data"],
    ["RDATE of another type (CAL-43)", event(START, "RDATE;VALUE=DATE:20260102"), "valid-calendar-data"],
    [
      "RECURRENCE-ID of another type (CAL-43)",
      [...event(START, "RRULE:FREQ=DAILY"), ...event(START, "RECURRENCE-ID;VALUE=DATE:20260102")],
      "valid-calendar-data",
    ],
    ["DTEND before DTSTART (CAL-44)", event(START, "DTEND:20260101T095959Z"), "valid-calendar-data"],
    [
      "DTEND before DTSTART in another zone (CAL-44)",
      event("DTSTART;TZID=America/New_York:20260101T100000", "DTEND;TZID=Europe/Berlin:20260101T150000"),
      "valid-calendar-data",
    ],
    ["a negative SEQUENCE (CAL-54)", event(START, "SEQUENCE:-1"), "valid-calendar-data"],
    [
      "two overrides of one instant (CAL-48)",
      [
        ...event("DTSTART;TZID=Europe/Berlin:20260101T110000", "RRULE:FREQ=DAILY"),
        ...event(START, "RECURRENCE-ID:20260102T100000Z"),
        ...event(START, "RECURRENCE-ID;TZID=Europe/Berlin:20260102T110000"),
      ],
      "valid-calendar-object-resource",
    ],
    ["an unknown zone (CAL-07)", event("DTSTART;TZID=Moon/Crater:20260101T100000"), "valid-timezone"],
    ["an unsupported RSCALE (CAL-57)", event(START, "RRULE:RSCALE=MAYAN;FREQ=YEARLY"), "supported-rscale"],
    ["a million instances (CAL-30)", event(START, "RRULE:FREQ=DAILY;COUNT=1000000"), "max-instances"],
    [
      "RDATE beyond the limit",
      event(START, `RDATE:${Array.from({ length: 3001 }, () => "20260102T000000Z").join(",")}`),
      "max-instances",
    ],
    ["SECONDLY for ever", event(START, "RRULE:FREQ=SECONDLY"), "max-instances"],
    ["MINUTELY until far away", event(START, "RRULE:FREQ=MINUTELY;UNTIL=20900101T000000Z"), "max-instances"],
    [
      "DAILY at every minute",
      event(START, `RRULE:FREQ=DAILY;BYMINUTE=${Array.from({ length: 60 }, (_, n) => n).join(",")}`),
      "max-instances",
    ],
    ["rules without number", event(START, ...Array.from({ length: 33 }, () => "RRULE:FREQ=DAILY")), "max-instances"],
    [
      "AVAILABLE without DTSTART (CAL-131)",
      ["BEGIN:VAVAILABILITY", "UID:a", "BEGIN:AVAILABLE", "UID:b", "END:AVAILABLE", "END:VAVAILABILITY"],
      "valid-calendar-data",
    ],
    [
      "AVAILABLE every second",
      [
        "BEGIN:VAVAILABILITY",
        "UID:a",
        "BEGIN:AVAILABLE",
        "UID:b",
        START,
        "RRULE:FREQ=SECONDLY",
        "END:AVAILABLE",
        "END:VAVAILABILITY",
      ],
      "max-instances",
    ],
    ["a start before the first day", event("DTSTART:18991231T235959Z"), "min-date-time"],
    ["an end after the last day", event(START, "DTEND:21000101T000001Z"), "max-date-time"],
  ])("%s", (_, lines, code) => {
    expect(codes(calendar(...lines))).toContain(code);
  });

  it("only instants before the first or after the last moment, whatever the zone (RFC 4791 5.2.6, 5.2.7)", () => {
    const first = "DTSTART;TZID=Asia/Tokyo:19000101T080000";
    expect(codes(calendar(...event(first)))).toEqual(["min-date-time"]);
    expect(codes(calendar(...event("DTSTART;TZID=America/New_York:18991231T200000")))).toEqual([]);
    const start = "DTSTART;TZID=America/New_York:20991231T180000";
    expect(codes(calendar(...event(start)))).toEqual([]);
    expect(codes(calendar(...event(start, "DTEND;TZID=America/New_York:20991231T200000")))).toEqual(["max-date-time"]);
    expect(codes(calendar(...event("DTSTART;TZID=Asia/Tokyo:21000101T080000")))).toEqual([]);
    const period = "RDATE;VALUE=PERIOD;TZID=America/New_York:20260102T100000/20991231T200000";
    expect(codes(calendar(...event("DTSTART;TZID=America/New_York:20260101T100000", period)))).toEqual([
      "max-date-time",
    ]);
  });

  it("more attendees than allowed, naming line and UID (CAL-30)", () => {
    const people = Array.from({ length: 101 }, (_, n) => `ATTENDEE:mailto:p${n}@example.com`);
    const result = analyse(calendar(...event(START, ...people)));
    expect(result.ok ? [] : result.findings).toMatchObject([
      { code: "max-attendees-per-instance", line: 108, uid: "u1", property: "ATTENDEE" },
    ]);
    expect(codes(calendar(...event(START, ...people.slice(1))))).toEqual([]);
  });

  it("a component type the calendar does not take (CAL-30)", () => {
    expect(codes(calendar(...event(START)), { ...LIMITS, components: ["VTODO"] })).toEqual([
      "supported-calendar-component",
    ]);
  });

  it("more octets than allowed, counted as sent (CAL-30)", () => {
    const source = calendar(...event(START));
    expect(codes(source, { ...LIMITS, maxBytes: source.length })).toEqual([]);
    expect(codes(source, { ...LIMITS, maxBytes: source.length - 1 })).toEqual(["max-resource-size"]);
  });
});

describe("analyseObject indexes", () => {
  const index = (source: string | Uint8Array) => {
    const result = analyse(source);
    return result.ok ? result.value.index : result.findings;
  };

  it("a meeting (RFC 4791 7.4)", () => {
    expect(index(fixture("apple-travel.ics"))).toMatchObject({
      recurring: false,
      allDay: false,
      summary: "Abnahme Dachstuhl, 2. Etage",
      status: null,
      transp: "OPAQUE",
      classification: null,
      privacy: "public",
      organizer: "mailto:jonas@example.com",
      attendees: ["mailto:jonas@example.com", "mailto:lea@example.com"],
      completed: false,
      hasAlarm: true,
      timezones: ["Europe/Berlin"],
    });
  });

  it("bounds that hold every instance (CAL-81)", () => {
    const { firstStart, lastEnd } = index(fixture("apple-travel.ics")) as { firstStart: number; lastEnd: number };
    expect(firstStart).toBeLessThanOrEqual(Date.UTC(2026, 2, 12, 9));
    expect(lastEnd).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 12, 10, 30));
    expect(index(fixture("apple-reminder.ics"))).toMatchObject({ lastEnd: null, recurring: true, allDay: true });
    expect(index(calendar(...event(START, "EXDATE:20260101T100000Z")))).toMatchObject({ recurring: true });
  });

  it("a private event, a finished task and a transparent day", () => {
    expect(index(fixture("outlook-windows-zone.ics"))).toMatchObject({ classification: "PRIVATE" });
    expect(index(calendar("BEGIN:VTODO", "UID:a", "status:completed", "END:VTODO"))).toMatchObject({
      completed: true,
      status: "COMPLETED",
    });
    expect(index(calendar(...event("DTSTART;VALUE=DATE:20260101", "TRANSP:TRANSPARENT")))).toMatchObject({
      transp: "TRANSPARENT",
      allDay: true,
    });
  });

  it("into plain data that can cross to another thread", () => {
    const result = analyse(fixture("apple-travel.ics"));
    expect(structuredClone(result)).toEqual(result);
  });
});
