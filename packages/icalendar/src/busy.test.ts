import { describe, expect, it } from "vitest";
import { availabilityBusy } from "./availability.js";
import { type BusyOptions, busyPeriods, flattenBusy, freeBusyText, mergeBusy } from "./busy.js";
import { readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import type { BusyPeriod } from "./periods.js";
import { ianaZone, utcZone } from "./zones.js";

const at = (day: number, hour = 0): number => Date.UTC(2026, 5, day, hour);
const range = { start: at(1), end: at(30) };
const told = (periods: readonly BusyPeriod[]): string[] =>
  periods.map(
    ({ start, end, type }) =>
      `${new Date(start).toISOString().slice(8, 13)}-${new Date(end).toISOString().slice(8, 13)} ${type}`,
  );

function calendarOf(lines: string): ReturnType<typeof parseCalendar> {
  return parseCalendar(
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\n${lines.split("\n").join("\r\n")}\r\nEND:VCALENDAR\r\n`,
  );
}

function busy(lines: string, options?: BusyOptions, zone = utcZone): string[] {
  const parsed = calendarOf(lines);
  const object = parsed.ok ? readObject(parsed.value) : parsed;
  if (!object.ok) throw new Error(JSON.stringify(object.findings));
  return told(mergeBusy(busyPeriods(object.value, range, zone, options), range));
}

const HEAD = "UID:x\nDTSTAMP:20260101T000000Z";
const event = (more: string, time = "DTSTART:20260610T100000Z\nDTEND:20260610T120000Z"): string =>
  `BEGIN:VEVENT\n${HEAD}\n${time}\n${more}\nEND:VEVENT`;

describe("busy time of events", () => {
  it.each([
    ["X-A:1", ["10T10-10T12 BUSY"]],
    ["STATUS:CONFIRMED\nTRANSP:OPAQUE", ["10T10-10T12 BUSY"]],
    ["STATUS:TENTATIVE", ["10T10-10T12 BUSY-TENTATIVE"]],
    ["STATUS:CANCELLED", []],
    ["TRANSP:TRANSPARENT", []],
    ["TRANSP:TRANSPARENT\nSTATUS:TENTATIVE", []],
  ])("maps %j (CAL-122, RFC 4791 7.10)", (more, expected) => {
    expect(busy(event(more))).toEqual(expected);
  });

  it.each([
    ["PARTSTAT=ACCEPTED", ["10T10-10T12 BUSY"]],
    ["PARTSTAT=TENTATIVE", ["10T10-10T12 BUSY-TENTATIVE"]],
    ["PARTSTAT=NEEDS-ACTION", ["10T10-10T12 BUSY-TENTATIVE"]],
    ["CN=Ann", ["10T10-10T12 BUSY-TENTATIVE"]],
    ["PARTSTAT=DECLINED", []],
  ])("counts the owner's own answer %s (CAL-126)", (param, expected) => {
    const attendees = `ORGANIZER:mailto:o@example.com\nATTENDEE;${param}:mailto:Ann@example.com`;
    expect(busy(event(attendees), { owner: ["MAILTO:ann@example.com"] })).toEqual(expected);
    expect(busy(event(attendees))).toEqual(["10T10-10T12 BUSY"]);
  });

  it("takes effective instances, and local days for all-day events (CAL-122, CAL-125)", () => {
    const series = event("RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260611T100000Z");
    const moved = event("RECURRENCE-ID:20260612T100000Z", "DTSTART:20260613T080000Z\nDTEND:20260613T090000Z");
    expect(busy(`${series}\n${moved}`)).toEqual(["10T10-10T12 BUSY", "13T08-13T09 BUSY"]);
    const berlin = ianaZone("Europe/Berlin");
    expect(busy(event("X-A:1", "DTSTART;VALUE=DATE:20260610"), {}, berlin)).toEqual(["09T22-10T22 BUSY"]);
  });

  it("tasks are never busy, and the range cuts what reaches beyond (CAL-123)", () => {
    expect(busy(`BEGIN:VTODO\n${HEAD}\nDTSTART:20260610T100000Z\nDUE:20260610T120000Z\nEND:VTODO`)).toEqual([]);
    expect(busy(event("X-A:1", "DTSTART:20260520T100000Z\nDTEND:20260801T120000Z"))).toEqual(["01T00-30T00 BUSY"]);
  });
});

describe("busy time of VFREEBUSY (CAL-122)", () => {
  it("gives its periods by type and leaves FREE out", () => {
    const lines = [
      "FREEBUSY:20260610T100000Z/PT2H",
      "FREEBUSY;FBTYPE=FREE:20260611T100000Z/PT2H",
      "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260612T100000Z/20260612T110000Z",
      "FREEBUSY;FBTYPE=X-ODD:20260613T100000Z/PT1H",
    ];
    expect(busy(`BEGIN:VFREEBUSY\n${HEAD}\n${lines.join("\n")}\nEND:VFREEBUSY`)).toEqual([
      ...["10T10-10T12 BUSY", "12T10-12T11 BUSY-UNAVAILABLE", "13T10-13T11 BUSY"],
    ]);
  });
});

const available = (lines: string): string =>
  `BEGIN:AVAILABLE\nUID:a\nDTSTAMP:20260101T000000Z\n${lines}\nEND:AVAILABLE`;
const availability = (lines: string, parts: string): string =>
  `BEGIN:VAVAILABILITY\n${HEAD}\n${lines}\n${parts}\nEND:VAVAILABILITY`;
const OFFICE = available("DTSTART:20260608T090000Z\nDTEND:20260608T170000Z\nRRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR");

describe("availability (RFC 7953 5)", () => {
  it("is unavailable outside of AVAILABLE, within its span (CAL-130, CAL-132)", () => {
    const span = "DTSTART:20260608T000000Z\nDTEND:20260610T000000Z";
    expect(busy(availability(span, OFFICE))).toEqual([
      "08T00-08T09 BUSY-UNAVAILABLE",
      "08T17-09T09 BUSY-UNAVAILABLE",
      "09T17-10T00 BUSY-UNAVAILABLE",
    ]);
    expect(busy(availability("BUSYTYPE:BUSY\nDTSTART:20260629T120000Z\nDURATION:P1D", "X-A:1"))).toEqual([
      "29T12-30T00 BUSY",
    ]);
  });

  it("an override of AVAILABLE replaces its instance (CAL-131)", () => {
    const late = available("RECURRENCE-ID:20260609T090000Z\nDTSTART:20260609T120000Z\nDTEND:20260609T130000Z");
    const span = "DTSTART:20260609T000000Z\nDTEND:20260610T000000Z";
    expect(busy(availability(span, `${OFFICE}\n${late}`))).toEqual([
      "09T00-09T12 BUSY-UNAVAILABLE",
      "09T13-10T00 BUSY-UNAVAILABLE",
    ]);
  });

  it("a higher priority lies over a lower one: 0, then 9 to 1 (CAL-132)", () => {
    const day = "DTSTART:20260609T000000Z\nDTEND:20260610T000000Z";
    const parsed = calendarOf(
      [
        availability(
          `PRIORITY:1\nBUSYTYPE:BUSY-TENTATIVE\nDTSTART:20260609T120000Z\nDTEND:20260609T140000Z`,
          available("DTSTART:20260609T130000Z\nDTEND:20260609T140000Z"),
        ),
        availability(`PRIORITY:9\n${day}`, OFFICE),
        availability(`${day}\nBUSYTYPE:BUSY`, "X-A:1"),
      ].join("\n"),
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
    const components = parsed.value[2];
    expect(told(availabilityBusy([{ components, timezones: new Map(), floating: utcZone }], range, 100))).toEqual([
      ...["09T00-09T09 BUSY-UNAVAILABLE", "09T12-09T13 BUSY-TENTATIVE", "09T17-10T00 BUSY-UNAVAILABLE"],
    ]);
  });
});

describe("joining and writing", () => {
  const period = (from: number, to: number, type: BusyPeriod["type"] = "BUSY"): BusyPeriod => ({
    start: at(10, from),
    end: at(10, to),
    type,
  });

  it("joins equal types that overlap or touch and keeps different ones apart (CAL-123)", () => {
    const periods = [period(12, 13), period(8, 10), period(9, 11, "BUSY-TENTATIVE"), period(10, 11), period(12, 12)];
    expect(told(mergeBusy(periods, range))).toEqual([
      "10T08-10T11 BUSY",
      "10T09-10T11 BUSY-TENTATIVE",
      "10T12-10T13 BUSY",
    ]);
  });

  it("flattens with BUSY over BUSY-UNAVAILABLE over BUSY-TENTATIVE (CAL-123)", () => {
    const periods = [period(8, 14, "BUSY-TENTATIVE"), period(9, 12, "BUSY-UNAVAILABLE"), period(10, 11)];
    expect(told(flattenBusy(periods, range))).toEqual([
      ...["10T08-10T09 BUSY-TENTATIVE", "10T09-10T10 BUSY-UNAVAILABLE", "10T10-10T11 BUSY"],
      ...["10T11-10T12 BUSY-UNAVAILABLE", "10T12-10T14 BUSY-TENTATIVE"],
    ]);
  });

  it("writes one VFREEBUSY without METHOD, also with nothing to tell (CAL-120, CAL-124)", () => {
    const head = { ...range, stamp: Date.UTC(2026, 0, 1) };
    const text = freeBusyText(head, [period(8, 10), period(11, 12, "BUSY-TENTATIVE")]);
    expect(text.split("\r\n")).toEqual([
      ...[
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kalends//Kalends//EN",
        "BEGIN:VFREEBUSY",
        "DTSTAMP:20260101T000000Z",
      ],
      ...["DTSTART:20260601T000000Z", "DTEND:20260630T000000Z", "FREEBUSY:20260610T080000Z/20260610T100000Z"],
      ...["FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260610T110000Z/20260610T120000Z", "END:VFREEBUSY", "END:VCALENDAR", ""],
    ]);
    expect(freeBusyText(head, [])).not.toContain("FREEBUSY:");
    expect(freeBusyText({ ...head, uid: "u", attendee: "mailto:a@b", method: "REPLY" }, [])).toMatch(
      /METHOD:REPLY[\s\S]*UID:u[\s\S]*ATTENDEE:mailto:a@b/,
    );
  });
});
