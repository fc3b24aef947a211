import { describe, expect, it } from "vitest";
import { at, D, event, inRange, INSTANCES, object, rangesOf, within } from "../testing/filtering.js";
import { matches } from "./filter.js";
import type { CalendarObject } from "./object.js";
import { ianaZone, utcZone } from "./zones.js";

const one = (name: string, lines: string): CalendarObject =>
  object(`BEGIN:${name}\n${lines.split(" ").join("\n")}\nEND:${name}`);

/** Ranges as "start-end" with an empty side for an open one: those that match, those that do not. */
const table: [row: string, component: string, lines: string, yes: string, no: string][] = [
  [
    "VEVENT DTEND",
    "VEVENT",
    `DTSTART:${D}100000Z DTEND:${D}110000Z`,
    "10:59-12:00 09:00-10:01 10:00-11:00 10:20-10:30 -10:01 10:59-",
    "11:00-12:00 09:00-10:00 -10:00 11:00-",
  ],
  [
    "VEVENT DURATION > 0",
    "VEVENT",
    `DTSTART:${D}100000Z DURATION:PT1H`,
    "10:59-12:00 09:00-10:01 -10:01 10:59-",
    "11:00-12:00 09:00-10:00 -10:00 11:00-",
  ],
  [
    "VEVENT DURATION = 0",
    "VEVENT",
    `DTSTART:${D}100000Z DURATION:PT0S`,
    "10:00-11:00 09:00-10:01 10:00- -10:01",
    "10:01-11:00 09:00-10:00 10:01- -10:00",
  ],
  [
    "VEVENT DTSTART DATE-TIME",
    "VEVENT",
    `DTSTART:${D}100000Z`,
    "10:00-11:00 09:00-10:01 10:00- -10:01",
    "10:01-11:00 09:00-10:00 10:01- -10:00",
  ],
  [
    "VEVENT DTSTART DATE",
    "VEVENT",
    "DTSTART;VALUE=DATE:20260610",
    "23:59-2026-06-11T01:00 2026-06-09-00:01 -00:01 23:59-",
    "2026-06-11-2026-06-12 2026-06-09-00:00 -00:00 2026-06-11-",
  ],
  [
    "VEVENT DTEND = DTSTART",
    "VEVENT",
    `DTSTART:${D}100000Z DTEND:${D}100000Z`,
    "10:00-11:00 09:00-10:01",
    "10:01-11:00 09:00-10:00",
  ],
  [
    "VTODO DTSTART+DURATION",
    "VTODO",
    `DTSTART:${D}100000Z DURATION:PT1H`,
    "11:00-12:00 09:00-10:01 11:00- -10:01",
    "11:01-12:00 09:00-10:00 11:01- -10:00",
  ],
  [
    "VTODO DTSTART+DUE",
    "VTODO",
    `DTSTART:${D}100000Z DUE:${D}110000Z`,
    "10:59-12:00 09:00-10:01 -10:01 10:59-",
    "11:00-12:00 09:00-10:00 -10:00 11:00-",
  ],
  [
    "VTODO DTSTART+DUE of no length",
    "VTODO",
    `DTSTART:${D}100000Z DUE:${D}100000Z`,
    "10:00-12:00 09:00-10:00 -10:00 10:00-",
    "10:01-12:00 09:00-09:59",
  ],
  [
    "VTODO DTSTART only",
    "VTODO",
    `DTSTART:${D}100000Z`,
    "10:00-11:00 09:00-10:01 10:00- -10:01",
    "10:01-11:00 09:00-10:00 10:01- -10:00",
  ],
  [
    "VTODO DUE only",
    "VTODO",
    `DUE:${D}100000Z`,
    "09:59-10:30 09:00-10:00 -10:00 09:59-",
    "10:00-11:00 09:00-09:59 10:00- -09:59",
  ],
  [
    "VTODO COMPLETED and CREATED",
    "VTODO",
    `CREATED:${D}100000Z COMPLETED:${D}120000Z`,
    "12:00-13:00 09:00-10:00 10:30-11:00 12:00- -10:00",
    "12:01-13:00 09:00-09:59 12:01- -09:59",
  ],
  [
    "VTODO COMPLETED only",
    "VTODO",
    `COMPLETED:${D}120000Z`,
    "12:00-13:00 11:00-12:00 12:00- -12:00",
    "12:01-13:00 11:00-11:59 12:01- -11:59",
  ],
  ["VTODO CREATED only", "VTODO", `CREATED:${D}100000Z`, "09:00-10:01 15:00-16:00 15:00- -10:01", "09:00-10:00 -10:00"],
  ["VTODO none", "VTODO", "SUMMARY:x", "09:00-10:00 -10:00 10:00-", ""],
  [
    "VJOURNAL DATE-TIME",
    "VJOURNAL",
    `DTSTART:${D}100000Z`,
    "10:00-11:00 09:00-10:01 10:00- -10:01",
    "10:01-11:00 09:00-10:00 10:01- -10:00",
  ],
  [
    "VJOURNAL DATE",
    "VJOURNAL",
    "DTSTART;VALUE=DATE:20260610",
    "23:59-2026-06-11T01:00 2026-06-09-00:01 23:59- -00:01",
    "2026-06-11-2026-06-12 2026-06-09-00:00 2026-06-11- -00:00",
  ],
  ["VJOURNAL none", "VJOURNAL", "SUMMARY:x", "", "09:00-10:00 -10:00 10:00-"],
  [
    "VFREEBUSY DTSTART and DTEND",
    "VFREEBUSY",
    `DTSTART:${D}100000Z DTEND:${D}110000Z`,
    "11:00-12:00 09:00-10:01 11:00- -10:01",
    "11:01-12:00 09:00-10:00 11:01- -10:00",
  ],
  [
    "VFREEBUSY only FREEBUSY",
    "VFREEBUSY",
    `FREEBUSY;FBTYPE=FREE:${D}100000Z/PT1H,${D}130000Z/${D}140000Z`,
    "10:59-12:00 09:00-10:01 13:30-13:40 13:59- -10:01",
    "11:00-13:00 09:00-10:00 14:00- -10:00",
  ],
  ["VFREEBUSY neither", "VFREEBUSY", "COMMENT:x", "", "09:00-10:00 -10:00 10:00-"],
];

describe("time-range, every row of RFC 4791 9.9 (CAL-80)", () => {
  for (const [row, component, lines, yes, no] of table) {
    it.each(rangesOf(yes))(`${row}: [%s, %s) matches (CAL-80)`, (start, end) => {
      expect(inRange(one(component, lines), start, end)).toBe(true);
    });
    if (no !== "")
      it.each(rangesOf(no))(`${row}: [%s, %s) does not match (CAL-80)`, (start, end) => {
        expect(inRange(one(component, lines), start, end)).toBe(false);
      });
  }

  it("reads all-day and floating times in the zone of the reader (CAL-73, CAL-82)", () => {
    const zone = ianaZone("Pacific/Auckland") ?? utcZone;
    const allDay = one("VEVENT", "DTSTART;VALUE=DATE:20260610");
    expect(inRange(allDay, "2026-06-09T12:00", "2026-06-09T12:01", zone)).toBe(true);
    expect(inRange(allDay, "12:00", "13:00", zone)).toBe(false);
    const floating = one("VEVENT", `DTSTART:${D}100000 DURATION:PT1H`);
    expect(inRange(floating, "2026-06-09T22:30", "2026-06-09T22:40", zone)).toBe(true);
    expect(inRange(floating, "10:30", "10:40", zone)).toBe(false);
    expect(inRange(floating, "10:30", "10:40")).toBe(true);
  });

  it("an invitation without DTSTART is in every range (CAL-78)", () => {
    const calendar: CalendarObject["calendar"] = ["vcalendar", [], [["vevent", [["uid", {}, "text", "x"]], []]]];
    const master = calendar[2][0];
    const invitation: CalendarObject = {
      calendar,
      uid: "x",
      component: "VEVENT",
      master,
      overrides: [],
      timezones: new Map(),
    };
    expect(inRange(invitation, "10:00", "11:00")).toBe(true);
  });
});

describe("recurring components (RFC 4791 7.4)", () => {
  const series = event("DTSTART:20260601T100000Z DURATION:PT1H RRULE:FREQ=WEEKLY SUMMARY:plain");
  const moved = event("RECURRENCE-ID:20260615T100000Z DTSTART:20260616T140000Z DURATION:PT1H SUMMARY:special");
  const of = object(series, moved);

  it("an override replaces its instance, at its own time only (CAL-72)", () => {
    expect(inRange(of, "2026-06-08T10:00", "2026-06-08T11:00")).toBe(true);
    expect(inRange(of, "2026-06-15T10:00", "2026-06-15T11:00")).toBe(false);
    expect(inRange(of, "2026-06-16T14:00", "2026-06-16T15:00")).toBe(true);
    expect(inRange(of, "2096-06-18T09:00", "2096-06-18T12:00")).toBe(true);
  });

  it("time and properties must hold for one component (CAL-66)", () => {
    const ask = (day: string, text: string): boolean =>
      matches(
        of,
        within("VEVENT", {
          timeRange: { start: at(day), end: at(day) + 86_400_000 },
          props: [{ name: "SUMMARY", textMatch: { text } }],
        }),
        utcZone,
        INSTANCES,
      );
    expect([ask("2026-06-08", "plain"), ask("2026-06-16", "special")]).toEqual([true, true]);
    expect([ask("2026-06-08", "special"), ask("2026-06-16", "plain")]).toEqual([false, false]);
  });

  it("finds an override far behind the limit of the expansion (CAL-72)", () => {
    const daily = event("DTSTART:20200601T100000Z RRULE:FREQ=DAILY SUMMARY:plain");
    const late = event("RECURRENCE-ID:20400601T100000Z DTSTART:20400601T120000Z SUMMARY:late");
    const filter = within("VEVENT", {
      timeRange: { start: 0, end: Infinity },
      props: [{ name: "SUMMARY", textMatch: { text: "late" } }],
    });
    expect(matches(object(daily, late), filter, utcZone, { instances: 10 })).toBe(true);
  });
});
