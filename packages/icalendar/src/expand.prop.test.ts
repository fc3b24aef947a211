import { type BruteCalendar, type BruteOverride, type BruteRule, bruteExpand, bruteToUtc } from "@kalends/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bounds } from "./bounds.js";
import { expand } from "./expand.js";
import type { JComponent, JProperty } from "./jcal.js";
import type { CalendarObject } from "./object.js";
import { printWall } from "./wall.js";
import { utcZone, type Zone, zoneOf } from "./zones.js";

const RUNS = Number(process.env.KALENDS_PROPERTY_RUNS ?? 2000);
const DAY = 86_400_000;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
/** Days from DTSTART up to which instances are compared, by frequency. */
const HORIZON = { SECONDLY: 0.1, MINUTELY: 3, HOURLY: 40, DAILY: 400, WEEKLY: 700, MONTHLY: 1500, YEARLY: 4500 };
/** How far an override moves an instance, per step of up to 72 either way. */
const MOVE = {
  SECONDLY: 10_000,
  MINUTELY: 600_000,
  HOURLY: 3_600_000,
  DAILY: 3_600_000,
  WEEKLY: 3_600_000,
  MONTHLY: 3_600_000,
  YEARLY: 3_600_000,
};

type Form = "zoned" | "floating" | "allDay";

/** A few starts near the edges of summer time, and anywhere. */
const edges = [
  "2024-03-31T02:30",
  "2024-10-27T02:30",
  "2024-03-10T02:15",
  "2024-11-03T01:30",
  "2024-10-06T02:10",
  "2024-04-07T01:50",
  "2024-02-29T12:00",
  "2023-12-31T23:59",
];
const startArb = fc.oneof(
  fc.constantFrom(...edges).map((text) => Date.parse(`${text}Z`)),
  fc.integer({ min: 0, max: 4 * 365 * 24 * 60 }).map((minutes) => Date.UTC(2022, 0) + minutes * 60_000),
);

const list = (min: number, max: number, maxLength = 3): fc.Arbitrary<number[]> =>
  fc.uniqueArray(
    fc.integer({ min, max }).filter((n) => n !== 0 || min === 0),
    { minLength: 1, maxLength },
  );
const rarely = <T>(of: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: freq - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of });

const byDayArb = fc.uniqueArray(
  fc.record({ day: fc.integer({ min: 0, max: 6 }), ordinal: fc.constantFrom(0, 0, 0, 1, 2, 5, -1, -2, 20) }),
  { minLength: 1, maxLength: 4, selector: ({ day, ordinal }) => `${ordinal}${day}` },
);

function ruleArb(form: Form, freqs: readonly BruteRule["freq"][] = FREQUENCIES): fc.Arbitrary<BruteRule> {
  const timed = form !== "allDay";
  return fc
    .record({
      freq: fc.constantFrom(...(timed ? freqs : freqs.filter((freq) => FREQUENCIES.indexOf(freq) > 2))),
      interval: fc.constantFrom(1, 1, 1, 2, 3, 5, 17),
      count: rarely(fc.integer({ min: 1, max: 40 }), 3),
      until: rarely(fc.integer({ min: 0, max: 400 }), 3),
      weekStart: fc.constantFrom(1, 1, 0, 3),
      bySecond: timed ? rarely(list(0, 59, 2), 8) : fc.constant(undefined),
      byMinute: timed ? rarely(list(0, 59, 2), 6) : fc.constant(undefined),
      byHour: timed ? rarely(list(0, 23, 3), 5) : fc.constant(undefined),
      byDay: rarely(byDayArb, 2),
      byMonthDay: rarely(list(-31, 31), 4),
      byYearDay: rarely(list(-366, 366), 6),
      byWeekNo: rarely(list(-53, 53), 6),
      byMonth: rarely(list(1, 12), 4),
      bySetPos: rarely(list(-4, 4, 2), 5),
    })
    .map(({ until, ...rule }) => ({ ...definedOnly(rule), untilDays: until }) as unknown as BruteRule);
}

function definedOnly<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}

interface Case {
  readonly calendar: BruteCalendar;
  readonly form: Form;
  readonly horizon: number;
  /** Instances that begin later cannot be moved before the horizon. */
  readonly reach: number;
}

const caseArb: fc.Arbitrary<Case> = fc
  .record({
    form: fc.constantFrom<Form>("zoned", "zoned", "floating", "allDay"),
    zone: fc.constantFrom(
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kolkata",
      "Africa/Casablanca",
    ),
    at: startArb,
  })
  .chain(({ form, zone, at }) =>
    fc
      .record({
        rules: fc.oneof(
          { weight: 5, arbitrary: fc.array(ruleArb(form), { minLength: 1, maxLength: 1 }) },
          { weight: 1, arbitrary: fc.array(ruleArb(form), { maxLength: 2 }) },
        ),
        exrules: fc.oneof(
          { weight: 8, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(ruleArb(form, ["DAILY", "WEEKLY", "MONTHLY"]), { maxLength: 1 }) },
        ),
        rdates: fc.array(fc.integer({ min: -2000, max: 20_000 }), { maxLength: 2 }),
        picks: fc.array(
          fc.record({
            index: fc.nat(30),
            kind: fc.constantFrom("exdate", "override", "override", "future"),
            by: fc.integer({ min: -72, max: 72 }),
            hours: fc.integer({ min: 0, max: 60 }),
          }),
          { maxLength: 4 },
        ),
        hours: fc.integer({ min: 0, max: 60 }),
      })
      .map((made) => complete(form, zone, at, made)),
  );

interface Made {
  readonly rules: readonly BruteRule[];
  readonly exrules: readonly BruteRule[];
  readonly rdates: readonly number[];
  readonly picks: readonly { index: number; kind: string; by: number; hours: number }[];
  readonly hours: number;
}

/** Gives the rules their UNTIL, and picks exceptions from the instances there are. */
function complete(form: Form, zone: string, at: number, made: Made): Case {
  const unit = form === "allDay" ? DAY : 3_600_000;
  const start = form === "allDay" ? Math.floor(at / DAY) * DAY : at;
  const days = Math.min(...made.rules.map(({ freq }) => HORIZON[freq]), 4500);
  const move = Math.min(...made.rules.map(({ freq }) => MOVE[freq]), 3_600_000);
  const withUntil = (rule: BruteRule): BruteRule => {
    const { untilDays, ...rest } = rule as BruteRule & { untilDays?: number };
    if (untilDays === undefined || rest.count !== undefined) return rest;
    const wall = start + untilDays * (form === "allDay" ? DAY : rest.freq === "SECONDLY" ? 60_000 : DAY / 4);
    return form === "zoned" ? { ...rest, untilUtc: bruteToUtc(zone, wall) } : { ...rest, untilWall: wall };
  };
  const duration = made.hours * unit;
  const plain: BruteCalendar = {
    ...{ zone, start, duration, wallDuration: form === "allDay" },
    rules: made.rules.map(withUntil),
    exrules: made.exrules.map(withUntil),
    rdates: made.rdates
      .map((steps) => start + steps * unit * (form === "allDay" ? 1 / 24 : 1))
      .map((wall) => (form === "allDay" ? Math.floor(wall / DAY) * DAY : wall)),
    exdates: [],
    overrides: [],
  };
  const horizon = start + days * DAY;
  const reach = horizon + 73 * move + 6 * 3_600_000 + (form === "allDay" ? DAY : 0);
  if (made.picks.length === 0) return { calendar: plain, form, horizon, reach };
  const ids = new Map(allWalls(plain, horizon));
  const known = [...ids].sort(([a], [b]) => a - b);
  const exdates: number[] = [];
  const overrides = new Map<number, BruteOverride>();
  for (const { index, kind, by, hours } of made.picks) {
    const picked = known[index % known.length];
    if (!picked) continue;
    const [id, wall] = picked;
    if (kind === "exdate") exdates.push(wall);
    else
      overrides.set(id, {
        id: wall,
        start: wall + (form === "allDay" ? Math.trunc(by / 24) * DAY : by * move),
        duration: hours * unit,
        andFuture: kind === "future",
      });
  }
  return { calendar: { ...plain, exdates, overrides: [...overrides.values()] }, form, horizon, reach };
}

/** Ids and walls of the first instances, as the reader of a calendar would see them. */
function allWalls(calendar: BruteCalendar, horizon: number): [number, number][] {
  return bruteExpand(calendar, horizon)
    .slice(0, 40)
    .map(({ recurrenceId }) => {
      const zone = zoneOf(calendar.zone) ?? utcZone;
      return [recurrenceId, recurrenceId + zone.offsetAt(recurrenceId) * 1000];
    });
}

function recurOf(rule: BruteRule, form: Form): Record<string, unknown> {
  const until = rule.untilUtc ?? rule.untilWall;
  return definedOnly({
    freq: rule.freq,
    interval: rule.interval,
    count: rule.count,
    until:
      until === undefined
        ? undefined
        : printWall(until, form === "zoned" ? "utc" : form === "floating" ? "local" : "date"),
    wkst: WEEKDAYS[rule.weekStart ?? 1],
    bysecond: rule.bySecond,
    byminute: rule.byMinute,
    byhour: rule.byHour,
    byday: rule.byDay?.map(({ day, ordinal }) => `${ordinal === 0 ? "" : ordinal}${WEEKDAYS[day]}`),
    bymonthday: rule.byMonthDay,
    byyearday: rule.byYearDay,
    byweekno: rule.byWeekNo,
    bymonth: rule.byMonth,
    bysetpos: rule.bySetPos,
  });
}

function objectOf({ calendar, form }: Case): CalendarObject {
  const params: JProperty[1] = form === "zoned" ? { tzid: calendar.zone } : {};
  const time = (name: string, wall: number): JProperty =>
    form === "allDay"
      ? [name, {}, "date", printWall(wall, "date")]
      : [name, params, "date-time", printWall(wall, "local")];
  const lasting = (duration: number): JProperty => [
    "duration",
    {},
    "duration",
    form === "allDay" ? `P${duration / DAY}D` : `PT${duration / 1000}S`,
  ];
  const master: JComponent = [
    "vevent",
    [
      time("dtstart", calendar.start),
      lasting(calendar.duration),
      ...calendar.rules.map((rule): JProperty => ["rrule", {}, "recur", recurOf(rule, form)]),
      ...calendar.exrules.map((rule): JProperty => ["exrule", {}, "recur", recurOf(rule, form)]),
      ...calendar.rdates.map((wall) => time("rdate", wall)),
      ...calendar.exdates.map((wall) => time("exdate", wall)),
    ],
    [],
  ];
  const overrides = calendar.overrides.map((each): JComponent => {
    const id = time("recurrence-id", each.id);
    const ranged: JProperty = each.andFuture ? [id[0], { ...id[1], range: "THISANDFUTURE" }, id[2], id[3]] : id;
    return ["vevent", [ranged, time("dtstart", each.start), lasting(each.duration)], []];
  });
  const timezones = new Map<string, JComponent>();
  return {
    calendar: ["vcalendar", [], [master, ...overrides]],
    uid: "x",
    component: "VEVENT",
    master,
    overrides,
    timezones,
  };
}

const floatingZone = (zone: string): Zone => zoneOf(zone) ?? utcZone;

describe("expansion against walking every second (RFC 5545 3.3.10, 3.8.5)", () => {
  it("gives the same instances in any window (CAL-45 to CAL-49, CAL-81)", () => {
    fc.assert(
      fc.property(
        caseArb,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (made, where, size) => {
          const { calendar, horizon, reach } = made;
          const first = bruteToUtc(calendar.zone, calendar.start);
          const length = horizon - calendar.start;
          const start = first + length * (where * where - 0.1);
          const end = Math.min(start + 1 + length * size * size, first + length);
          const all = bruteExpand(calendar, reach);
          const expected = all.filter(
            (each) => end > each.start && (each.end > each.start ? start < each.end : start <= each.start),
          );
          const object = objectOf(made);
          const zone = floatingZone(calendar.zone);
          const result = expand(object, { start, end }, zone, { instances: 1_000_000 });
          expect(result.complete).toBe(true);
          expect(
            result.occurrences.map((each) => ({
              start: each.start,
              end: each.end,
              recurrenceId: each.recurrenceId ?? each.start,
            })),
          ).toEqual(expected);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("bounds contain every instance, in any zone of the reader (CAL-81)", () => {
    fc.assert(
      fc.property(caseArb, fc.constantFrom("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"), (made, reader) => {
        const { calendar, horizon } = made;
        const object = objectOf(made);
        const limits = bounds(object);
        const zone = floatingZone(reader);
        const { occurrences } = expand(object, { start: calendar.start - 400 * DAY, end: horizon }, zone, {
          instances: 2000,
        });
        for (const { start, end } of occurrences) {
          expect(start).toBeGreaterThanOrEqual(limits.firstStart);
          expect(end).toBeLessThanOrEqual(limits.lastEnd);
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});
