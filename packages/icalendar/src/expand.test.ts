import { describe, expect, it } from "vitest";
import { bounds } from "./bounds.js";
import { expand, type Occurrence } from "./expand.js";
import { text } from "./jcal.js";
import { type CalendarObject, readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { ianaZone, utcZone, type Zone } from "./zones.js";

const berlin: Zone = ianaZone("Europe/Berlin") ?? utcZone;
const B = ";TZID=Europe/Berlin";

function object(name: string, ...components: string[]): CalendarObject {
  const bodies = components.map(
    (lines) => `BEGIN:${name}\nUID:x\nDTSTAMP:20260101T000000Z\n${lines.split(" ").join("\n")}\nEND:${name}`,
  );
  const lines = `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//T//T//EN\n${bodies.join("\n")}\nEND:VCALENDAR\n`;
  const parsed = parseCalendar(lines.replace(/\n/g, "\r\n"));
  const read = parsed.ok ? readObject(parsed.value) : parsed;
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
}

const events = (...components: string[]): CalendarObject => object("VEVENT", ...components);

function all(of: CalendarObject, zone: Zone = utcZone): Occurrence[] {
  const { occurrences } = expand(of, { start: -Infinity, end: Infinity }, zone, { instances: 12 });
  const limits = bounds(of);
  for (const { start, end } of occurrences)
    expect(start >= limits.firstStart && end <= limits.lastEnd, "within bounds").toBe(true);
  return occurrences;
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(5, 16);
const starts = (of: CalendarObject, zone?: Zone): string[] => all(of, zone).map(({ start }) => iso(start));
const spans = (of: CalendarObject, zone?: Zone): string[] =>
  all(of, zone).map(({ start, end }) => `${iso(start)}/${iso(end)}`);

describe("lengths of instances (RFC 5545 3.8.2.5, 3.8.5.3)", () => {
  it("whole days follow the wall clock, times are exact over a change of offset (CAL-49)", () => {
    const from = `DTSTART${B}:20260328T120000 RRULE:FREQ=DAILY;COUNT=2`;
    expect(spans(events(`${from} DURATION:P1D`))).toEqual(["03-28T11:00/03-29T10:00", "03-29T10:00/03-30T10:00"]);
    expect(spans(events(`${from} DURATION:PT24H`))).toEqual(["03-28T11:00/03-29T11:00", "03-29T10:00/03-30T10:00"]);
    expect(spans(events(`${from} DTEND${B}:20260329T120000`))).toEqual([
      "03-28T11:00/03-29T10:00",
      "03-29T10:00/03-30T09:00",
    ]);
    expect(
      spans(events("DTSTART;VALUE=DATE:20260328 DTEND;VALUE=DATE:20260330 RRULE:FREQ=DAILY;COUNT=2"), berlin),
    ).toEqual([...["03-27T23:00/03-29T22:00", "03-28T23:00/03-30T22:00"]]);
  });

  it("start and end may name different zones", () => {
    expect(spans(events(`DTSTART${B}:20260610T100000 DTEND;TZID=America/New_York:20260610T100000`))).toEqual([
      "06-10T08:00/06-10T14:00",
    ]);
  });

  it("an RDATE period brings its own end (RFC 5545 3.8.5.2)", () => {
    const of = events(
      "DTSTART:20260610T100000Z DURATION:PT1H RDATE;VALUE=PERIOD:20260611T100000Z/PT3H,20260612T100000Z/20260612T101500Z",
    );
    expect(spans(of)).toEqual(["06-10T10:00/06-10T11:00", "06-11T10:00/06-11T13:00", "06-12T10:00/06-12T10:15"]);
    const late = { start: Date.UTC(2026, 5, 11, 12, 30), end: Date.UTC(2026, 5, 11, 13) };
    expect(expand(of, late, utcZone, { instances: 9 }).occurrences).toHaveLength(1);
  });

  it("a daily event at 02:30 is moved by the gap and keeps the first of two (CAL-49)", () => {
    expect(starts(events(`DTSTART${B}:20260328T023000 RRULE:FREQ=DAILY;COUNT=3`))).toEqual([
      "03-28T01:30",
      "03-29T01:30",
      "03-30T00:30",
    ]);
    expect(starts(events(`DTSTART${B}:20261024T023000 RRULE:FREQ=DAILY;COUNT=3`))).toEqual([
      "10-24T00:30",
      "10-25T00:30",
      "10-26T01:30",
    ]);
  });
});

describe("the recurrence set (RFC 5545 3.8.5)", () => {
  it("DTSTART is the first instance even if it does not fit, counts, and can be excluded (CAL-47)", () => {
    const rule = "DTSTART:20260610T100000Z RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=3";
    expect(starts(events(rule))).toEqual(["06-10T10:00", "06-12T10:00", "06-19T10:00"]);
    expect(starts(events(`${rule} EXDATE:20260610T100000Z`))).toEqual(["06-12T10:00", "06-19T10:00"]);
  });

  it("several rules unite and EXRULE takes away (CAL-46)", () => {
    const of = "DTSTART:20260601T100000Z RRULE:FREQ=DAILY;COUNT=4 RRULE:FREQ=WEEKLY;COUNT=2";
    expect(starts(events(of))).toEqual(["06-01T10:00", "06-02T10:00", "06-03T10:00", "06-04T10:00", "06-08T10:00"]);
    expect(starts(events(`${of} EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2`))).toEqual([
      "06-02T10:00",
      "06-04T10:00",
      "06-08T10:00",
    ]);
  });

  it.each([
    ["a DATE beside a time means the whole day", `DTSTART${B}:20260601T100000 RRULE:FREQ=DAILY;UNTIL=20260603`, 3],
    ["a local time beside a zone", `DTSTART${B}:20260601T100000 RRULE:FREQ=DAILY;UNTIL=20260603T100000`, 3],
    ["UTC is exact", `DTSTART${B}:20260601T100000 RRULE:FREQ=DAILY;UNTIL=20260603T075959Z`, 2],
    ["UTC, inclusive", `DTSTART${B}:20260601T100000 RRULE:FREQ=DAILY;UNTIL=20260603T080000Z`, 3],
    ["UTC beside a floating time", "DTSTART:20260601T100000 RRULE:FREQ=DAILY;UNTIL=20260603T100000Z", 3],
    ["UTC beside a DATE", "DTSTART;VALUE=DATE:20260601 RRULE:FREQ=DAILY;UNTIL=20260603T000000Z", 3],
    ["a DATE beside a DATE", "DTSTART;VALUE=DATE:20260601 RRULE:FREQ=DAILY;UNTIL=20260603", 3],
  ])("UNTIL: %s (CAL-45)", (_, lines, count) => {
    expect(starts(events(lines), berlin)).toHaveLength(count);
  });

  it("EXDATE and EXRULE take away the only instance of an event without a rule (CAL-43, CAL-46, RFC 5545 3.8.5.1)", () => {
    const of = `DTSTART${B}:20260601T100000 DURATION:PT1H`;
    expect(starts(events(`${of} EXDATE:20260601T080000Z`))).toEqual([]);
    expect(starts(events(`${of} EXRULE:FREQ=DAILY;COUNT=2`))).toEqual([]);
    expect(starts(events("DTSTART;VALUE=DATE:20260601 EXDATE;VALUE=DATE:20260601"), berlin)).toEqual([]);
    const [kept] = all(events(`${of} EXDATE:20260602T080000Z EXRULE:FREQ=DAILY;BYMONTH=7`));
    expect(kept).toMatchObject({ start: Date.UTC(2026, 5, 1, 8), recurrenceId: undefined });
  });

  it("EXDATE matches by instant, and means nothing in another type (CAL-43)", () => {
    const of = `DTSTART${B}:20260601T100000 RRULE:FREQ=DAILY;COUNT=3`;
    expect(starts(events(`${of} EXDATE:20260602T080000Z`))).toEqual(["06-01T08:00", "06-03T08:00"]);
    expect(starts(events(`${of} EXDATE;VALUE=DATE:20260602`))).toHaveLength(3);
  });

  it("all-day rules ignore parts of the day (RFC 5545 3.3.10)", () => {
    const of = "DTSTART;VALUE=DATE:20260601 RRULE:FREQ=DAILY;COUNT=2;BYHOUR=9,10;BYMINUTE=30";
    expect(starts(events(of))).toEqual(["06-01T00:00", "06-02T00:00"]);
    expect(starts(events("DTSTART;VALUE=DATE:20260601 RRULE:FREQ=HOURLY;INTERVAL=48;COUNT=2"))).toEqual([
      "06-01T00:00",
      "06-03T00:00",
    ]);
  });

  it("leaves out a rule of an unknown calendar system and keeps DTSTART (CAL-57, RFC 7529)", () => {
    expect(starts(events("DTSTART:20260601T100000Z RRULE:RSCALE=MAYAN;FREQ=YEARLY"))).toEqual(["06-01T10:00"]);
  });
});

describe("overrides (RFC 5545 3.8.4.4)", () => {
  const series = `DTSTART${B}:20260601T100000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=5 SUMMARY:plain`;

  it("are found by instant, not by text (CAL-48)", () => {
    const of = events(series, "RECURRENCE-ID:20260602T080000Z DTSTART:20260602T150000Z DURATION:PT2H SUMMARY:moved");
    expect(spans(of)).toEqual([
      ...[
        "06-01T08:00/06-01T09:00",
        "06-02T15:00/06-02T17:00",
        "06-03T08:00/06-03T09:00",
        "06-04T08:00/06-04T09:00",
        "06-05T08:00/06-05T09:00",
      ],
    ]);
    const moved = all(of)[1];
    expect([
      moved?.isOverride,
      moved && iso(moved.recurrenceId ?? 0),
      moved && text(moved.component, "summary"),
    ]).toEqual([true, "06-02T08:00", "moved"]);
  });

  it("THISANDFUTURE moves the later instances too, up to the next one, and lends its properties (CAL-48)", () => {
    const of = events(
      series,
      `RECURRENCE-ID;RANGE=THISANDFUTURE${B}:20260602T100000 DTSTART${B}:20260602T113000 DURATION:PT15M SUMMARY:a`,
      `RECURRENCE-ID${B}:20260603T100000 DTSTART${B}:20260603T200000 DURATION:PT1H SUMMARY:b`,
      `RECURRENCE-ID;RANGE=THISANDFUTURE${B}:20260605T100000 DTSTART${B}:20260604T080000 DURATION:PT1H SUMMARY:c`,
    );
    expect(all(of).map(({ start, component }) => `${iso(start)} ${text(component, "summary")}`)).toEqual([
      ...["06-01T08:00 plain", "06-02T09:30 a", "06-03T18:00 b", "06-04T06:00 c", "06-04T09:30 a"],
    ]);
  });

  it("THISANDFUTURE keeps its wall clock over a change of offset (CAL-48, CAL-49)", () => {
    const of = events(
      `DTSTART${B}:20260320T100000 RRULE:FREQ=WEEKLY;COUNT=3`,
      `RECURRENCE-ID;RANGE=THISANDFUTURE${B}:20260327T100000 DTSTART${B}:20260327T120000`,
    );
    expect(starts(of)).toEqual(["03-20T09:00", "03-27T11:00", "04-03T10:00"]);
  });

  it("stand alone without a master (CAL-06)", () => {
    const of = events(
      "RECURRENCE-ID:20260602T080000Z DTSTART:20260602T150000Z",
      "RECURRENCE-ID:20260601T080000Z DTSTART:20260601T150000Z",
    );
    expect(all(of).map(({ start, recurrenceId }) => [iso(start), iso(recurrenceId ?? 0)])).toEqual([
      ["06-01T15:00", "06-01T08:00"],
      ["06-02T15:00", "06-02T08:00"],
    ]);
  });

  it("show even where the rule has no instance, but not where EXDATE says so (CAL-72)", () => {
    const extra = "RECURRENCE-ID:20260620T080000Z DTSTART:20260620T080000Z";
    expect(starts(events(series, extra))).toHaveLength(6);
    expect(
      starts(events(`${series} EXDATE:20260602T080000Z`, "RECURRENCE-ID:20260602T080000Z DTSTART:20260602T150000Z")),
    ).toHaveLength(4);
  });

  it("of an all-day series are found by date in any zone (CAL-48, CAL-82)", () => {
    const of = events(
      "DTSTART;VALUE=DATE:20260601 RRULE:FREQ=DAILY;COUNT=2",
      "RECURRENCE-ID;VALUE=DATE:20260602 DTSTART;VALUE=DATE:20260605",
    );
    expect(starts(of, berlin)).toEqual(["05-31T22:00", "06-04T22:00"]);
    expect(all(of, berlin)[1]).toMatchObject({ allDay: true, floatingTime: false, wallStart: Date.UTC(2026, 5, 5) });
  });
});

describe("other components", () => {
  it("a recurring task goes by DTSTART, or by DUE where that is all it has", () => {
    expect(spans(object("VTODO", "DTSTART:20260601T100000Z DUE:20260601T120000Z RRULE:FREQ=DAILY;COUNT=2"))).toEqual([
      "06-01T10:00/06-01T12:00",
      "06-02T10:00/06-02T12:00",
    ]);
    expect(all(object("VTODO", "DUE:20260601T120000Z RRULE:FREQ=DAILY;COUNT=2"))).toMatchObject([
      { start: Date.UTC(2026, 5, 1, 12), hasStart: false, hasEnd: true },
      { start: Date.UTC(2026, 5, 2, 12), hasStart: false, hasEnd: true },
    ]);
    expect(all(object("VTODO", "SUMMARY:x"))).toMatchObject([
      { start: -Infinity, end: Infinity, hasStart: false, hasEnd: false },
    ]);
  });

  it("a time in an unknown zone is taken as floating (CAL-53)", () => {
    expect(starts(events("DTSTART;TZID=Nowhere:20260601T100000"), berlin)).toEqual(["06-01T08:00"]);
  });
});

describe("bounds", () => {
  it("are endless for endless rules and for tasks without time, and wide for floating ones (CAL-81)", () => {
    expect(bounds(events("DTSTART:20260601T100000Z RRULE:FREQ=DAILY")).lastEnd).toBe(Infinity);
    expect(bounds(object("VTODO", "SUMMARY:x"))).toMatchObject({ firstStart: -Infinity, lastEnd: Infinity });
    const { firstStart, lastEnd } = bounds(events("DTSTART;VALUE=DATE:20260601"));
    expect([iso(firstStart), iso(lastEnd)]).toEqual(["05-31T10:00", "06-02T14:00"]);
    expect(bounds(events("DTSTART:20260601T100000Z DURATION:PT1H"))).toEqual({
      ...{
        firstStart: Date.UTC(2026, 5, 1, 10),
        lastEnd: Date.UTC(2026, 5, 1, 11),
        firstAlarm: Infinity,
        lastAlarm: -Infinity,
      },
    });
  });

  it("find the end of UNTIL and of a small COUNT, near enough (CAL-81)", () => {
    const week = 7 * 86_400_000;
    for (const rule of ["UNTIL=20260610T100000Z", "COUNT=10"]) {
      const { lastEnd } = bounds(events(`DTSTART:20260601T100000Z DURATION:PT1H RRULE:FREQ=DAILY;${rule}`));
      expect(lastEnd).toBeGreaterThanOrEqual(Date.UTC(2026, 5, 10, 11));
      expect(lastEnd).toBeLessThan(Date.UTC(2026, 5, 10, 11) + week);
    }
  });
});
