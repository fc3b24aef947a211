import { expect, it } from "vitest";
import { expand } from "./expand.js";
import { readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { privacyOf } from "./privacy.js";
import { reduceCalendar } from "./reduce.js";
import { utcZone } from "./zones.js";

const calendar = (...lines: string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//secret//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");

const event = (...lines: string[]): readonly string[] => [
  "BEGIN:VEVENT",
  "UID:u1",
  "DTSTAMP:20260101T000000Z",
  ...lines,
  "END:VEVENT",
];

const START = "DTSTART:20260301T120000Z";

function privacy(text: string): string {
  const read = parseCalendar(text);
  return read.ok ? privacyOf(read.value) : "unreadable";
}

function instances(text: string): readonly string[] {
  const read = parseCalendar(text);
  const object = read.ok ? readObject(read.value) : read;
  if (!object.ok) throw new Error("unreadable");
  const range = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2027, 0, 1) };
  return expand(object.value, range, utcZone, { instances: 100 }).occurrences.map(({ start }) =>
    new Date(start).toISOString().slice(0, 16),
  );
}

it.each([
  [[], "public"],
  [["CLASS:PUBLIC"], "public"],
  [["CLASS: public "], "public"],
  [["class:Confidential"], "confidential"],
  [["CLASS;X-A=B:CONFIDENTIAL"], "confidential"],
  [["CLASS:PRIVATE"], "private"],
  [["CLA", " SS:PRIVATE"], "private"],
  [["CLASS:X-TOP-SECRET"], "private"],
  [["CLASS:"], "private"],
  [["CLASS:PUBLIC", "CLASS:PRIVATE"], "private"],
  [["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:PT0S", "CLASS:PRIVATE", "END:VALARM"], "private"],
])("reads %j as %s; unknown classes count as PRIVATE (RFC 5545 3.8.1.3)", (lines, expected) => {
  expect(privacy(calendar(...event(START, ...lines)))).toBe(expected);
});

it.each([
  ["PUBLIC", "public"],
  ["CONFIDENTIAL", "confidential"],
  ["RESTRICTED", "confidential"],
  ["PRIVATE", "private"],
  ["ODD", "private"],
])("takes X-CALENDARSERVER-ACCESS:%s of the calendar as %s (SHR-90)", (value, expected) => {
  expect(privacy(calendar(`X-CALENDARSERVER-ACCESS:${value}`, ...event(START)))).toBe(expected);
});

it("lets no override be more open than its master (SHR-92)", () => {
  const series = event(START, "RRULE:FREQ=DAILY;COUNT=3", "CLASS:PRIVATE");
  const override = event("RECURRENCE-ID:20260302T120000Z", "DTSTART:20260302T130000Z", "CLASS:PUBLIC");
  expect(privacy(calendar(...series, ...override))).toBe("private");
  expect(reduceCalendar(calendar(...series, ...override))).toBeNull();
});

it("knows an object whose parts differ as mixed, and what changes all that follows as its whole (RFC 5545 3.2.13)", () => {
  const series = event(START, "RRULE:FREQ=DAILY;COUNT=3");
  const override = event("RECURRENCE-ID:20260302T120000Z", "DTSTART:20260302T130000Z", "CLASS:PRIVATE");
  const future = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T120000Z", START, "CLASS:PRIVATE");
  expect(privacy(calendar(...series, ...override))).toBe("mixed");
  expect(privacy(calendar(...series, ...future))).toBe("private");
});

it("leaves the text of what is public as it is (CAL-09)", () => {
  const text = calendar("X-ODD:1", ...event(START, "SUMMARY:Lunch"));
  expect(reduceCalendar(text)).toBe(text);
});

it("shows a CONFIDENTIAL event as busy time and nothing else (SHR-90)", () => {
  const shown = reduceCalendar(
    calendar(
      "X-WR-CALNAME:secret",
      ...event(
        "DTSTART;TZID=Europe/Berlin;X-S=secret:20260301T120000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=5",
        "EXDATE;TZID=Europe/Berlin:20260302T120000",
        "SUMMARY:secret",
        "LOCATION:secret",
        "STATUS:TENTATIVE",
        "TRANSP:OPAQUE",
        "SEQUENCE:2",
        "CLASS:CONFIDENTIAL",
        "ATTENDEE;CN=secret:mailto:secret@example.com",
        "X-SECRET:secret",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:secret",
        "TRIGGER:-PT5M",
        "END:VALARM",
      ),
    ),
  );
  expect(shown?.split("\r\n")).toEqual([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Kalends//Kalends//EN",
    "BEGIN:VEVENT",
    "UID:u1",
    "DTSTAMP:20260101T000000Z",
    "DTSTART;TZID=Europe/Berlin:20260301T120000",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY;COUNT=5",
    "EXDATE;TZID=Europe/Berlin:20260302T120000",
    "STATUS:TENTATIVE",
    "TRANSP:OPAQUE",
    "SEQUENCE:2",
    "CLASS:CONFIDENTIAL",
    "SUMMARY:Busy",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ]);
});

it("keeps the time zones that what is shown refers to, without remarks (RFC 5545 3.6.5)", () => {
  const zone = (tzid: string) => [
    ...["BEGIN:VTIMEZONE", `TZID:${tzid}`, "X-LIC-LOCATION:secret", "BEGIN:STANDARD", "DTSTART:19700101T000000"],
    ...["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "TZNAME:secret", "COMMENT:secret", "END:STANDARD", "END:VTIMEZONE"],
  ];
  const shown = reduceCalendar(
    calendar(
      ...zone("Home"),
      ...zone("Clinic secret"),
      ...event("DTSTART;TZID=Home:20260301T120000", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Walk"),
      ...event("RECURRENCE-ID:20260302T110000Z", "DTSTART;TZID=Clinic secret:20260302T120000", "CLASS:PRIVATE"),
    ),
  );
  expect(shown).toContain("TZID:Home\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n");
  expect(shown).toContain("SUMMARY:Walk");
  expect(shown).not.toContain("secret");
});

it.each(["CONFIDENTIAL", "PRIVATE"])(
  "judges each part of a series alone: an override that is %s (SHR-90)",
  (hidden) => {
    const shown = reduceCalendar(
      calendar(
        ...event(START, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Walk", "X-MINE:kept"),
        ...event("RECURRENCE-ID:20260302T120000Z", "DTSTART:20260302T150000Z", "SUMMARY:secret", `CLASS:${hidden}`),
      ),
    );
    expect(shown).toContain("X-MINE:kept");
    expect(shown).not.toContain("secret");
    const own = hidden === "PRIVATE" ? [] : ["2026-03-02T15:00"];
    expect(instances(shown ?? "")).toEqual(["2026-03-01T12:00", ...own, "2026-03-03T12:00"]);
  },
);

it.each(["DTSTART;VALUE=TEXT:secret", "DTEND;VALUE=URI:secret", "STATUS:secret", "TRANSP:secret"])(
  "leaves away %s, which is no value of its property (SHR-90)",
  (line) => {
    expect(reduceCalendar(calendar(...event(line, "CLASS:CONFIDENTIAL")))).not.toContain("secret");
  },
);

it("shows nothing of a text that cannot be read (SHR-90)", () => {
  expect(reduceCalendar("CLASS:CONFIDENTIAL secret")).toBeNull();
});
