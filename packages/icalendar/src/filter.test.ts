import { describe, expect, it } from "vitest";
import { bounds } from "./bounds.js";
import { type CompFilter, matches, type PropFilter, type TextMatch } from "./filter.js";
import { type CalendarObject, readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { ianaZone, utcZone, type Zone } from "./zones.js";

const LIMITS = { instances: 1000 };

/** An object from content lines of its components; UID and DTSTAMP are added. */
function object(...components: string[]): CalendarObject {
  const bodies = components.map((lines) =>
    lines.replace(/^(BEGIN:V(?:EVENT|TODO|JOURNAL|FREEBUSY))$/gm, "$1\nUID:x\nDTSTAMP:20260101T000000Z"),
  );
  const text = `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//T//T//EN\n${bodies.join("\n")}\nEND:VCALENDAR\n`.replace(
    /\n+/g,
    "\r\n",
  );
  const parsed = parseCalendar(text);
  const read = parsed.ok ? readObject(parsed.value) : parsed;
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
}

const one = (name: string, lines: string): CalendarObject =>
  object(`BEGIN:${name}\n${lines.split(" ").join("\n")}\nEND:${name}`);
const at = (text: string): number => Date.parse(text.length > 10 ? `${text}Z` : `${text}T00:00Z`);
/** "10:00" of 10 June 2026, or a full time. */
const clock = (text: string): number => at(text.length === 5 ? `2026-06-10T${text}` : text);
const within = (name: string, filter: Partial<CompFilter>): CompFilter => ({
  name: "VCALENDAR",
  comps: [{ name, ...filter }],
});

function inRange(
  of: CalendarObject,
  start: string,
  end: string,
  zone: Zone = utcZone,
  name = of.component as string,
): boolean {
  const timeRange = { start: start === "" ? -Infinity : clock(start), end: end === "" ? Infinity : clock(end) };
  const result = matches(of, within(name, { timeRange }), zone, LIMITS);
  const { firstStart, lastEnd } = bounds(of);
  if (result) expect(firstStart <= timeRange.end && lastEnd >= timeRange.start, "bounds hold what matches").toBe(true);
  return result;
}

const D = "20260610T";
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

const rangesOf = (list: string): [string, string][] =>
  list === ""
    ? []
    : list.split(" ").map((range) => {
        const [, start = "", end = ""] = /^(\d{4}-\d\d-\d\d(?:T[\d:]+)?|\d\d:\d\d|)-(.*)$/.exec(range) ?? [];
        return [start, end];
      });

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
});

const alarm = (lines: string): string =>
  `BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:a\n${lines.split(" ").join("\n")}\nEND:VALARM`;
const event = (lines: string, more = ""): string => `BEGIN:VEVENT\n${lines.split(" ").join("\n")}\n${more}\nEND:VEVENT`;

function alarmIn(of: CalendarObject, start: string, end: string, parent: Partial<CompFilter> = {}): boolean {
  const timeRange = { start: start === "" ? -Infinity : clock(start), end: end === "" ? Infinity : clock(end) };
  const result = matches(
    of,
    within(of.component, { ...parent, comps: [{ name: "VALARM", timeRange }] }),
    utcZone,
    LIMITS,
  );
  const { firstAlarm, lastAlarm } = bounds(of);
  if (result)
    expect(firstAlarm <= timeRange.end && lastAlarm >= timeRange.start, "bounds hold what matches").toBe(true);
  return result;
}

describe("time-range on VALARM (RFC 4791 9.9)", () => {
  const hour = `DTSTART:${D}100000Z DTEND:${D}110000Z`;
  it.each([
    ["before the start", "TRIGGER:-PT15M", "09:45-09:46 09:00-09:46 09:45- -09:46", "09:46-09:50 09:00-09:45"],
    ["related to the end", "TRIGGER;RELATED=END:PT5M", "11:05-11:06 11:05-", "11:06-11:30 11:00-11:05"],
    [
      "absolute",
      "TRIGGER;VALUE=DATE-TIME:20260601T080000Z",
      "2026-06-01T08:00-2026-06-01T08:01",
      "2026-06-01T08:01-2026-06-01T09:00 2026-06-01T07:00-2026-06-01T08:00",
    ],
    ["its repeats", "TRIGGER:-PT15M REPEAT:2 DURATION:PT10M", "09:55-09:56 10:05-10:06", "09:50-09:55 10:06-11:00"],
  ])("an alarm %s (CAL-80)", (_, lines, yes, no) => {
    const of = object(event(hour, alarm(lines)));
    for (const [start, end] of rangesOf(yes)) expect(alarmIn(of, start, end), `${start}-${end}`).toBe(true);
    for (const [start, end] of rangesOf(no)) expect(alarmIn(of, start, end), `${start}-${end}`).toBe(false);
  });

  const daily = event(`${hour} RRULE:FREQ=DAILY EXDATE:20260613T100000Z`, alarm("TRIGGER:-PT15M"));
  const moved = event("RECURRENCE-ID:20260612T100000Z DTSTART:20260612T150000Z", alarm("TRIGGER:-PT30M"));

  it("looks at the alarms of effective instances (CAL-83)", () => {
    const of = object(daily, moved);
    expect(alarmIn(of, "2026-06-11T09:40", "2026-06-11T09:50")).toBe(true);
    expect(alarmIn(of, "2036-06-11T09:40", "2036-06-11T09:50")).toBe(true);
    expect(alarmIn(of, "2026-06-12T09:40", "2026-06-12T09:50")).toBe(false);
    expect(alarmIn(of, "2026-06-12T14:30", "2026-06-12T14:31")).toBe(true);
    expect(alarmIn(of, "2026-06-13T09:40", "2026-06-13T09:50")).toBe(false);
  });

  it("asks for alarm and time of one instance (CAL-66, CAL-83)", () => {
    const of = object(daily);
    const june20 = { timeRange: { start: at("2026-06-20"), end: at("2026-06-21") } };
    expect(alarmIn(of, "2026-06-20T09:40", "2026-06-20T09:50", june20)).toBe(true);
    expect(alarmIn(of, "2026-06-21T09:40", "2026-06-21T09:50", june20)).toBe(false);
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
        LIMITS,
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

describe("components, properties and parameters (RFC 4791 9.7)", () => {
  const of = object(
    event(
      `DTSTART:${D}100000Z DURATION:PT1H SUMMARY:Größe;\\,Ä CATEGORIES:Work,Home STATUS:CONFIRMED ATTENDEE;PARTSTAT=ACCEPTED;CN=Ann:mailto:ann@example.com ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com X-A:v`,
    ),
  );
  const ask = (filter: Partial<CompFilter>): boolean => matches(of, within("VEVENT", filter), utcZone, LIMITS);
  const prop = (name: string, filter: Partial<PropFilter> = {}): boolean => ask({ props: [{ name, ...filter }] });
  const text = (name: string, textMatch: TextMatch): boolean => prop(name, { textMatch });

  it("an empty comp-filter asks for existence, is-not-defined for absence (CAL-66)", () => {
    const has = (filter: CompFilter): boolean => matches(of, { name: "VCALENDAR", comps: [filter] }, utcZone, LIMITS);
    expect([has({ name: "VEVENT" }), has({ name: "VTODO" }), has({ name: "vevent" })]).toEqual([true, false, true]);
    expect([has({ name: "VEVENT", isNotDefined: true }), has({ name: "VTODO", isNotDefined: true })]).toEqual([
      false,
      true,
    ]);
    expect(has({ name: "*", props: [{ name: "X-A" }] })).toBe(true);
    expect(matches(of, { name: "VCALENDAR" }, utcZone, LIMITS)).toBe(true);
    expect(ask({ comps: [{ name: "VALARM", isNotDefined: true }] })).toBe(true);
  });

  it("a prop-filter asks for existence, absence or one instance with all (CAL-67)", () => {
    expect([
      prop("summary"),
      prop("LOCATION"),
      prop("LOCATION", { isNotDefined: true }),
      prop("SUMMARY", { isNotDefined: true }),
    ]).toEqual([true, false, true, false]);
    const partstat = (who: string, value: string): boolean =>
      prop("ATTENDEE", { textMatch: { text: who }, params: [{ name: "PARTSTAT", textMatch: { text: value } }] });
    expect([partstat("ann@", "ACCEPTED"), partstat("ann@", "DECLINED"), partstat("bob@", "DECLINED")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("a param-filter asks for presence, absence or text (CAL-68)", () => {
    const param = (filter: object): boolean => prop("ATTENDEE", { params: [{ name: "CN", ...filter }] });
    expect([
      param({}),
      param({ isNotDefined: true }),
      param({ textMatch: { text: "an" } }),
      param({ textMatch: { text: "x" } }),
    ]).toEqual([true, true, true, false]);
    expect(prop("SUMMARY", { params: [{ name: "LANGUAGE" }] })).toBe(false);
  });

  it("text-match folds by its collation, ASCII letters only by default (CAL-69)", () => {
    expect([
      text("SUMMARY", { text: "GRÖSSE" }),
      text("SUMMARY", { text: "grÖ" }),
      text("SUMMARY", { text: "GRöß" }),
    ]).toEqual([false, false, true]);
    expect([
      text("SUMMARY", { text: "grÖ", collation: "i;unicode-casemap" }),
      text("SUMMARY", { text: "gr", collation: "i;octet" }),
    ]).toEqual([true, false]);
    expect(text("SUMMARY", { text: ";,Ä" })).toBe(true);
  });

  it("negation needs the property to be there (CAL-70)", () => {
    expect([
      text("STATUS", { text: "CANCELLED", negate: true }),
      text("STATUS", { text: "confirmed", negate: true }),
    ]).toEqual([true, false]);
    expect(text("LOCATION", { text: "x", negate: true })).toBe(false);
  });

  it("each value of a list and the address itself are tested (CAL-71)", () => {
    expect([text("CATEGORIES", { text: "home", match: "equals" }), text("CATEGORIES", { text: "Work,Home" })]).toEqual([
      true,
      false,
    ]);
    expect(text("ATTENDEE", { text: "mailto:ANN@", match: "starts-with" })).toBe(true);
  });

  it("knows match types and anyof (CAL-77)", () => {
    const summary = (match: "equals" | "starts-with" | "ends-with", sought: string): boolean =>
      text("SUMMARY", { text: sought, match });
    expect([
      summary("equals", "Größe;,Ä"),
      summary("equals", "Größe"),
      summary("starts-with", "größ"),
      summary("ends-with", ",Ä"),
      summary("ends-with", "Gr"),
    ]).toEqual([true, false, true, true, false]);
    const both: PropFilter[] = [{ name: "LOCATION" }, { name: "SUMMARY" }];
    expect([ask({ props: both }), ask({ props: both, test: "anyof" })]).toEqual([false, true]);
    expect(ask({ test: "anyof", timeRange: { start: 0, end: 1 }, props: [{ name: "SUMMARY" }] })).toBe(true);
    const either = { textMatch: { text: "nobody" }, params: [{ name: "CN" }] };
    expect([prop("ATTENDEE", either), prop("ATTENDEE", { ...either, test: "anyof" })]).toEqual([false, true]);
  });

  it.each([
    ["DTSTAMP", "2026-01-01", true],
    ["DTSTART", "2026-06-10T10:00", true],
    ["DTSTART", "2026-06-10T10:02", false],
    ["DTEND", "2026-06-10T11:00", true],
    ["DTEND", "2026-06-10T10:59", false],
    ["LAST-MODIFIED", "2026-01-01", false],
  ])(
    "time-range on %s from %s: start <= value < end, ends reckoned from DURATION (CAL-80)",
    (name, start, expected) => {
      expect(prop(name, { timeRange: { start: at(start), end: at(start) + 60_000 } })).toBe(expected);
      expect(prop(name, { timeRange: { start: at(start) - 60_000, end: at(start) } })).toBe(false);
    },
  );

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
