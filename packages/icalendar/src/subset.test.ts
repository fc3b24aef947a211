import { describe, expect, it } from "vitest";
import { calendar, event, fixture } from "../testing/ics.js";
import { readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { type CalendarDataRequest, type ComponentRequest, subset } from "./subset.js";
import { ianaZone, utcZone } from "./zones.js";

const BERLIN = ianaZone("Europe/Berlin") ?? utcZone;
const utc = (text: string) => Date.parse(text);

function run(source: string | Uint8Array, request: CalendarDataRequest, maxInstances = 1000) {
  const parsed = parseCalendar(source);
  const object = parsed.ok ? readObject(parsed.value) : parsed;
  if (!object.ok) throw new Error(JSON.stringify(object.findings));
  return subset(object.value, request, BERLIN, { maxInstances });
}

function written(source: string | Uint8Array, request: CalendarDataRequest): string {
  const result = run(source, request);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  const parsed = parseCalendar(result.value);
  const isWhole = request.comp === undefined;
  return parsed.ok || !isWhole ? result.value : `unreadable: ${JSON.stringify(parsed.findings)}`;
}

/** Lines of the components that begin with one of the names. */
const lines = (text: string, ...names: readonly string[]) =>
  text.split("\r\n").filter((line) => names.some((name) => line.startsWith(name)));

const ask = (name: string, props: readonly string[], comps: readonly ComponentRequest[] = []): ComponentRequest => ({
  name,
  allprop: false,
  allcomp: false,
  props: props.map((each) => ({ name: each.replace("!", ""), novalue: each.endsWith("!") })),
  comps,
});

describe("subset of components and properties", () => {
  const source = fixture("apple-travel.ics");

  it("gives only what is named (CAL-91, RFC 4791 9.6.1)", () => {
    const comp = ask("VCALENDAR", ["VERSION"], [ask("VEVENT", ["UID", "SUMMARY"])]);
    expect(written(source, { comp })).toBe(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:7B0C9C6E-1A52-4C1B-9B65-33F9C04B6B0A\r\nSUMMARY:Abnahme Dachstuhl\\, 2. Etage\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
  });

  it("gives no properties when none are asked for (CAL-91)", () => {
    expect(written(source, { comp: ask("VCALENDAR", [], [ask("vevent", [])]) })).toBe(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
  });

  it("gives whole components for allcomp and all properties for allprop (CAL-91, RFC 4791 9.6.2, 9.6.3)", () => {
    const all = written(source, { comp: { ...ask("VCALENDAR", []), allcomp: true } });
    expect(lines(all, "BEGIN:VTIMEZONE", "TRIGGER", "SUMMARY", "VERSION")).toEqual([
      "BEGIN:VTIMEZONE",
      expect.stringContaining("SUMMARY"),
      "TRIGGER:-PT30M",
    ]);
    const props = written(source, { comp: ask("VCALENDAR", ["VERSION"], [{ ...ask("VEVENT", []), allprop: true }]) });
    expect(lines(props, "SUMMARY", "BEGIN:VALARM")).toHaveLength(1);
  });

  it("gives name and parameters but no value for novalue (CAL-92, RFC 4791 9.6.4)", () => {
    const comp = ask("VCALENDAR", ["VERSION"], [ask("VEVENT", ["DTSTART!", "ORGANIZER!"])]);
    expect(lines(written(source, { comp }), "DTSTART", "ORG")).toEqual([
      "DTSTART;TZID=Europe/Berlin:",
      "ORGANIZER;CN=Jonas Weber;EMAIL=jonas@example.com:",
    ]);
  });
});

describe("subset with expand", () => {
  const series = fixture("thunderbird-exceptions.ics");
  const range = { start: utc("2026-03-20T00:00:00Z"), end: utc("2026-04-15T00:00:00Z") };

  it("gives each instance in UTC with its RECURRENCE-ID, overrides in place, exceptions left out (CAL-93)", () => {
    const text = written(series, { expand: range });
    expect(lines(text, "DTSTART", "DTEND", "RECURRENCE-ID", "SUMMARY")).toEqual([
      "DTSTART:20260325T170000Z",
      "DTEND:20260325T190000Z",
      "RECURRENCE-ID:20260324T183000Z",
      "SUMMARY:Chorprobe (Aula)",
      "DTSTART:20260331T173000Z",
      "DTEND:20260331T193000Z",
      "RECURRENCE-ID:20260331T173000Z",
      "SUMMARY:Chorprobe",
      "DTSTART:20260414T173000Z",
      "DTEND:20260414T193000Z",
      "RECURRENCE-ID:20260414T173000Z",
      "SUMMARY:Chorprobe",
    ]);
    expect(text).not.toMatch(/RRULE|EXDATE|RDATE|TZID|VTIMEZONE/);
  });

  it("keeps days as days (CAL-93)", () => {
    const text = written(fixture("apple-reminder.ics"), {
      expand: { start: utc("2026-01-17T23:00:00Z"), end: utc("2026-01-18T23:00:00Z") },
    });
    expect(lines(text, "DTSTART", "DUE", "RECURRENCE-ID")).toEqual([
      "DTSTART;VALUE=DATE:20260118",
      "DUE;VALUE=DATE:20260118",
      "RECURRENCE-ID;VALUE=DATE:20260118",
    ]);
  });

  it("keeps floating times floating and turns DURATION into an end (CAL-93)", () => {
    const source = calendar(...event("DTSTART:20260328T120000", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2"));
    const text = written(source, { expand: { start: utc("2026-03-28T00:00:00Z"), end: utc("2026-03-29T00:00:00Z") } });
    expect(lines(text, "DT", "DURATION", "RECURRENCE-ID")).toEqual([
      "DTSTART:20260328T120000",
      "DTEND:20260329T120000",
      "RECURRENCE-ID:20260328T120000",
      "DTSTAMP:20260101T000000Z",
    ]);
  });

  it("gives a single event in UTC, or nothing outside the range (CAL-94)", () => {
    const text = written(fixture("apple-travel.ics"), {
      expand: { start: utc("2026-03-12T00:00:00Z"), end: utc("2026-03-13T00:00:00Z") },
    });
    expect(lines(text, "DTSTART", "DTEND", "RECURRENCE-ID")).toEqual([
      "DTSTART:20260312T090000Z",
      "DTEND:20260312T103000Z",
    ]);
    const other = written(fixture("apple-travel.ics"), {
      expand: { start: utc("2026-03-13T00:00:00Z"), end: utc("2026-03-14T00:00:00Z") },
    });
    expect(other).not.toContain("VEVENT");
  });

  it("cuts the properties of the instances it made (CAL-91, CAL-93)", () => {
    const comp = ask("VCALENDAR", ["VERSION"], [ask("VEVENT", ["RECURRENCE-ID"])]);
    expect(lines(written(series, { expand: range, comp }), "DTSTART", "RECURRENCE-ID")).toHaveLength(3);
  });

  it("is a finding when there are more instances than the limit", () => {
    const source = calendar(...event("DTSTART:20260101T000000Z", "RRULE:FREQ=HOURLY"));
    const result = run(
      source,
      { expand: { start: utc("2026-01-01T00:00:00Z"), end: utc("2026-01-02T00:00:00Z") } },
      23,
    );
    expect(result.ok ? [] : result.findings).toMatchObject([{ code: "max-instances", uid: "u1" }]);
  });
});

describe("subset with limits", () => {
  const series = fixture("thunderbird-exceptions.ics");
  const day = (text: string) => ({ start: utc(`${text}T00:00:00Z`), end: utc(`${text}T00:00:00Z`) + 86_400_000 });

  it.each([
    ["2026-03-24", 2],
    ["2026-03-25", 2],
    ["2026-03-26", 1],
  ])("keeps the master, and overrides that touch %s now or originally (CAL-95)", (date, count) => {
    const text = written(series, { limitRecurrenceSet: day(date) });
    expect(lines(text, "BEGIN:VEVENT")).toHaveLength(count);
    expect(lines(text, "RRULE:FREQ=WEEKLY", "BEGIN:VTIMEZONE")).toHaveLength(2);
  });

  it("keeps THISANDFUTURE overrides from before the range (CAL-95)", () => {
    const start = "DTSTART:20260101T100000Z";
    const source = calendar(
      ...event(start, "RRULE:FREQ=DAILY"),
      ...event(start, "RECURRENCE-ID;RANGE=THISANDFUTURE:20260110T100000Z"),
    );
    expect(lines(written(source, { limitRecurrenceSet: day("2026-02-01") }), "BEGIN:VEVENT")).toHaveLength(2);
    expect(lines(written(source, { limitRecurrenceSet: day("2026-01-05") }), "BEGIN:VEVENT")).toHaveLength(1);
  });

  it("keeps only the FREEBUSY periods in the range (CAL-96)", () => {
    const text = written(fixture("freebusy.ics"), { limitFreebusySet: day("2026-03-10") });
    expect(lines(text, "FREEBUSY")).toEqual(["FREEBUSY;FBTYPE=BUSY:20260310T120000Z/20260310T133000Z"]);
  });

  it("refuses both limits together and empty ranges (CAL-97)", () => {
    expect(run(series, { expand: day("2026-01-01"), limitRecurrenceSet: day("2026-01-01") }).ok).toBe(false);
    expect(run(series, { expand: { start: 5, end: 5 } }).ok).toBe(false);
  });
});
