import { describe, expect, it } from "vitest";
import type { CalendarObject } from "../object.js";
import { readObject } from "../object.js";
import { parseCalendar } from "../parse.js";
import { printCalendar } from "../print.js";
import { isOlder, organizersOf } from "./age.js";
import { mergeObjects, objectDistance } from "./object.js";

const STAMP = "DTSTAMP:20260101T000000Z";
const START = "DTSTART:20260105T090000Z";

const component = (lines: readonly string[], type = "VEVENT") =>
  [`BEGIN:${type}`, "UID:1@m", ...lines, `END:${type}`].join("\r\n");
const object = (components: readonly string[]): CalendarObject => {
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", ...components, "END:VCALENDAR", ""].join(
    "\r\n",
  );
  const calendar = parseCalendar(text);
  const read = calendar.ok ? readObject(calendar.value) : calendar;
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
};
const event = (...lines: string[]) => object([component([STAMP, START, ...lines])]);

/** What stands afterwards, as sorted lines. */
function merged(base: CalendarObject | null, current: CalendarObject | null, upload: CalendarObject | null) {
  const { take, calendar, conflicts, isAsSent } = mergeObjects({ base, current, upload });
  const stands = { current: current?.calendar, upload: upload?.calendar, both: calendar }[take];
  const lines = stands ? printCalendar(stands).replaceAll("\r\n ", "").split("\r\n") : [];
  return { take, conflicts, isAsSent, lines };
}
const has = (lines: readonly string[], start: string) => lines.filter((line) => line.startsWith(start));

describe("an item that two have changed (PUB-13)", () => {
  const base = event("SUMMARY:Old", "LOCATION:Here", "CATEGORIES:A,B");

  it("keeps the stored one where the sender changed nothing, whatever he stamps or how he writes it", () => {
    const current = event("SUMMARY:New", "LOCATION:Here", "CATEGORIES:A,B");
    const sent = object([
      component(["CATEGORIES:B", "CATEGORIES:A", "LOCATION:Here", "SUMMARY:Old", START, "DTSTAMP:20260909T000000Z"]),
    ]);
    expect(merged(base, current, sent)).toMatchObject({ take: "current", conflicts: 0, isAsSent: false });
    expect(merged(base, base, sent)).toMatchObject({ take: "current", conflicts: 0, isAsSent: true });
  });

  it("stores what was sent where nobody else changed it", () => {
    const sent = event("SUMMARY:Sent", "LOCATION:Here", "CATEGORIES:A,B");
    expect(merged(base, base, sent)).toMatchObject({ take: "upload", conflicts: 0, isAsSent: true });
  });

  it("takes each property from who changed it", () => {
    const current = event("SUMMARY:New", "LOCATION:Here", "CATEGORIES:A,B", "URL:http://x.example/");
    const sent = event("SUMMARY:Old", "LOCATION:There", "CATEGORIES:A,B");
    const { take, conflicts, lines } = merged(base, current, sent);
    expect([take, conflicts]).toEqual(["both", 0]);
    expect(lines).toEqual(expect.arrayContaining(["SUMMARY:New", "LOCATION:There", "URL:http://x.example/"]));
  });

  it("lets the upload win where both changed the same property, and counts it", () => {
    const { conflicts, lines } = merged(base, event("SUMMARY:New", "COMMENT:x"), event("SUMMARY:Sent"));
    expect(conflicts).toBe(1);
    expect(has(lines, "SUMMARY")).toEqual(["SUMMARY:Sent"]);
    expect(has(lines, "COMMENT")).toEqual(["COMMENT:x"]);
  });

  it("lets an edit beat the removal of a property", () => {
    const { conflicts, lines } = merged(base, event("LOCATION:Elsewhere"), event("SUMMARY:Old", "COMMENT:x"));
    expect(conflicts).toBe(1);
    expect(has(lines, "LOCATION")).toEqual(["LOCATION:Elsewhere"]);
    expect(has(lines, "SUMMARY")).toEqual([]);
  });

  it("merges lists value by value and attendees by address, in one property again", () => {
    const [ann, bob, cat] = ["ann", "bob", "cat"].map((who) => `ATTENDEE:mailto:${who}@m.example`) as [
      string,
      string,
      string,
    ];
    const both = merged(
      event("CATEGORIES:A,B", ann, bob),
      event("CATEGORIES:B,C", ann, bob, cat),
      event("CATEGORIES:A,B,D", "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ann@m.example"),
    );
    expect(both.conflicts).toBe(0);
    expect(has(both.lines, "CATEGORIES")).toEqual(["CATEGORIES:B,C,D"]);
    expect(has(both.lines, "ATTENDEE")).toEqual(["ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ann@m.example", cat]);
  });

  it("takes start, end and rule from one side", () => {
    const daily = event("DTEND:20260105T100000Z", "RRULE:FREQ=DAILY");
    const moved = object([
      component([STAMP, "DTSTART:20260205T090000Z", "DTEND:20260205T100000Z", "RRULE:FREQ=DAILY"]),
    ]);
    const longer = event("DURATION:PT3H", "RRULE:FREQ=WEEKLY", "COMMENT:x");
    const { conflicts, lines } = merged(daily, moved, longer);
    expect(conflicts).toBe(1);
    expect(lines).toEqual(expect.arrayContaining([START, "DURATION:PT3H", "RRULE:FREQ=WEEKLY"]));
    expect(has(lines, "DTEND")).toEqual([]);
  });

  it("takes the higher stamps and the higher SEQUENCE, without a conflict", () => {
    const at = (stamp: string, sequence: number, ...lines: string[]) =>
      object([component([`DTSTAMP:${stamp}`, START, `SEQUENCE:${sequence}`, ...lines])]);
    const { conflicts, lines } = merged(
      at("20260101T000000Z", 1, "SUMMARY:Old"),
      at("20260303T000000Z", 2, "SUMMARY:New"),
      at("20260202T000000Z", 4, "SUMMARY:Old", "COMMENT:x"),
    );
    expect(conflicts).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining(["DTSTAMP:20260303T000000Z", "SEQUENCE:4", "SUMMARY:New", "COMMENT:x"]),
    );
  });

  it("merges reminders by UID, or by what they say", () => {
    const alarm = (minutes: number, uid?: string) =>
      ["BEGIN:VALARM", ...(uid ? [`UID:${uid}`] : []), "ACTION:AUDIO", `TRIGGER:-PT${minutes}M`, "END:VALARM"].join(
        "\r\n",
      );
    const { lines } = merged(
      event(alarm(5, "a"), alarm(10)),
      event(alarm(7, "a"), alarm(10)),
      event(alarm(5, "a"), alarm(30)),
    );
    expect(has(lines, "TRIGGER").sort()).toEqual(["TRIGGER:-PT30M", "TRIGGER:-PT7M"]);
  });

  it("merges series instance by instance, whatever zone names the instance", () => {
    const zone = "Europe/Berlin";
    const master = component([STAMP, `DTSTART;TZID=${zone}:20260105T100000`, "RRULE:FREQ=DAILY"]);
    const other = (id: string, summary: string) => component([STAMP, id, START, `SUMMARY:${summary}`]);
    const byZone = `RECURRENCE-ID;TZID=${zone}:20260106T100000`;
    const byUtc = "RECURRENCE-ID:20260106T090000Z";
    const base = object([master, other(byZone, "Old")]);
    const current = object([master, other(byZone, "Old"), other("RECURRENCE-ID:20260107T090000Z", "Third")]);
    const sent = object([master, other(byUtc, "Sent")]);
    const { conflicts, lines } = merged(base, current, sent);
    expect(conflicts).toBe(0);
    expect(has(lines, "SUMMARY").sort()).toEqual(["SUMMARY:Sent", "SUMMARY:Third"]);
    expect(has(lines, "RECURRENCE-ID")).toHaveLength(2);
  });
});

describe("an item that is missing on one side (PUB-13)", () => {
  const old = event("SUMMARY:Old");
  const changed = event("SUMMARY:New");
  it.each([
    ["what others added stays", null, old, null, "current", 0, false],
    ["what was added is stored", null, null, old, "upload", 0, true],
    ["what the sender left out goes", old, old, null, "upload", 0, true],
    ["what others changed and he left out stays", old, changed, null, "current", 1, false],
    ["what others removed stays away", old, null, old, "current", 0, false],
    ["what others removed and he changed comes back", old, null, changed, "upload", 1, true],
    ["what both added alike is left as it is", null, old, old, "current", 0, true],
  ] as const)("%s", (_, base, current, upload, take, conflicts, isAsSent) => {
    expect(mergeObjects({ base, current, upload })).toMatchObject({ take, conflicts, isAsSent });
  });

  it("puts together what both added under one UID", () => {
    const { take, conflicts, lines } = merged(null, event("SUMMARY:A", "LOCATION:L"), event("SUMMARY:B", "COMMENT:c"));
    expect([take, conflicts]).toEqual(["both", 1]);
    expect(lines).toEqual(expect.arrayContaining(["SUMMARY:B", "LOCATION:L", "COMMENT:c"]));
  });

  it("tells in how many places two states differ", () => {
    expect(objectDistance(old, old)).toBe(0);
    expect(objectDistance(old, event("SUMMARY:New", "COMMENT:x"))).toBe(2);
    expect(objectDistance(null, old)).toBe(1);
  });
});

it("compares the age of messages by SEQUENCE, then DTSTAMP (RFC 5546 2.1.5)", () => {
  const at = (sequence: number, stamp: string) =>
    object([
      component([`DTSTAMP:2026${stamp}T000000Z`, START, `SEQUENCE:${sequence}`, "ORGANIZER:MAILTO:Ann@m.example"]),
    ]);
  const known = at(2, "0202");
  expect(
    [at(1, "0303"), at(2, "0201"), at(2, "0202"), at(2, "0203"), at(3, "0101")].map((e) => isOlder(e, known)),
  ).toEqual([true, true, false, false, false]);
  expect(organizersOf(known)).toEqual(["mailto:ann@m.example"]);
});
