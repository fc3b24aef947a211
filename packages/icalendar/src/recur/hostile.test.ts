import { describe, expect, it } from "vitest";
import { bounds } from "../bounds.js";
import { type Expansion, expand } from "../expand.js";
import type { JComponent, JProperty } from "../jcal.js";
import type { CalendarObject } from "../object.js";
import { utcZone } from "../zones.js";

function objectOf(
  rrules: readonly object[],
  more: readonly JProperty[] = [],
  start = "2026-02-01T10:00:00Z",
): CalendarObject {
  const rules = rrules.map((rule): JProperty => ["rrule", {}, "recur", rule]);
  const master: JComponent = ["vevent", [["dtstart", {}, "date-time", start], ...rules, ...more], []];
  const calendar: JComponent = ["vcalendar", [], [master]];
  return { calendar, uid: "x", component: "VEVENT", master, overrides: [], timezones: new Map() };
}

const far = { start: Date.UTC(2046, 5, 1), end: Date.UTC(2046, 6, 1) };
const endless = { start: -Infinity, end: Infinity };

function quickly(run: () => Expansion, limit: number): Expansion {
  expect(run).toCostUnder(limit);
  return run();
}

const all = (max: number, from = 0): number[] => Array.from({ length: max - from + 1 }, (_, i) => i + from);

const barren: object[] = [
  { freq: "DAILY", bymonth: 2, bymonthday: 30 },
  { freq: "DAILY", interval: 7, bymonth: 2, bymonthday: 30 },
  { freq: "MONTHLY", bymonth: 2, bymonthday: [30, 31] },
  { freq: "YEARLY", bymonth: 2, bymonthday: 30 },
  { freq: "YEARLY", byyearday: 366, bymonthday: 30 },
  { freq: "YEARLY", bymonth: 1, byweekno: 30 },
  { freq: "WEEKLY", bymonth: 3, bysetpos: 9 },
  { freq: "SECONDLY", bysetpos: 2 },
  { freq: "HOURLY", byyearday: 1, bymonth: 7 },
  { freq: "MINUTELY", interval: 2, byminute: 1 },
  { freq: "SECONDLY", interval: 3600, byminute: 7, bysecond: 7 },
  { freq: "SECONDLY", interval: 86399, byhour: 3, byminute: 30, bysecond: 1, bymonth: 2, bymonthday: 30 },
];

describe("rules that try to keep the server busy (CAL-81)", () => {
  it.each(barren.map((rule) => [JSON.stringify(rule), rule] as const))(
    "ends quickly with DTSTART alone: %s",
    (_, rule) => {
      const { occurrences } = quickly(() => expand(objectOf([rule]), endless, utcZone, { instances: 100 }), 40);
      expect(occurrences.map((each) => each.start)).toEqual([Date.UTC(2026, 1, 1, 10)]);
      expect(quickly(() => expand(objectOf([rule]), far, utcZone, { instances: 100 }), 40).occurrences).toEqual([]);
    },
  );

  it.each([
    [{ freq: "SECONDLY", bymonth: 1 }, 2],
    [{ freq: "YEARLY", byweekno: 53, byday: "MO" }, 2],
    [{ freq: "DAILY", interval: 999_999_999_999_999 }, 1],
    [{ freq: "MONTHLY", interval: 999_999_999_999_999, bymonth: 3 }, 1],
    [{ freq: "DAILY", count: 99_999_999_999_999 }, 2],
    [{ freq: "MONTHLY", byday: "FR", bymonthday: 13, count: 99_999_999_999_999 }, 2],
    [{ freq: "YEARLY", byday: "MO", byhour: all(23), byminute: all(59), bysecond: all(59), bysetpos: [-1, 366] }, 2],
    [{ freq: "DAILY", byhour: all(23), byminute: all(59), bysecond: all(59), count: 99_999_999_999_999 }, 2],
  ])("finds the first instances of %j quickly", (rule, least) => {
    const { occurrences } = quickly(() => expand(objectOf([rule]), endless, utcZone, { instances: 2 }), 40);
    expect(occurrences.length).toBeGreaterThanOrEqual(least);
    quickly(() => expand(objectOf([rule]), far, utcZone, { instances: 1000 }), 40);
    expect(() => bounds(objectOf([rule]))).toCostUnder(50);
  });

  it("jumps over COUNT where every period holds equally many (RFC 5545 3.3.10)", () => {
    const counted = objectOf([{ freq: "WEEKLY", count: 100_000, byday: ["MO", "WE"] }]);
    const range = { start: Date.UTC(2900, 0), end: Date.UTC(2900, 1) };
    const open = objectOf([{ freq: "WEEKLY", byday: ["MO", "WE"] }]);
    const { occurrences } = quickly(() => expand(counted, range, utcZone, { instances: 100 }), 2);
    expect(occurrences.map((each) => each.start)).toEqual(
      expand(open, range, utcZone, { instances: 100 }).occurrences.map((each) => each.start),
    );
  });

  it("says that it stopped at the limit, and gives the earliest (CAL-81)", () => {
    const result = expand(objectOf([{ freq: "SECONDLY" }, { freq: "DAILY" }]), endless, utcZone, { instances: 10 });
    expect(result.complete).toBe(false);
    expect(result.occurrences.map((each) => each.start)).toEqual(all(9).map((i) => Date.UTC(2026, 1, 1, 10, 0, i)));
  });

  it("bounds an EXRULE that takes everything away (CAL-46)", () => {
    const exrule: JProperty = ["exrule", {}, "recur", { freq: "SECONDLY", count: 9_999_999 }];
    const { occurrences } = quickly(
      () => expand(objectOf([{ freq: "SECONDLY" }], [exrule]), endless, utcZone, { instances: 1000 }),
      60,
    );
    expect(occurrences).toEqual([]);
  });

  it("expands a month of a weekly rule 20 years on in a fraction of a millisecond", () => {
    const object = objectOf([{ freq: "WEEKLY", byday: ["MO", "WE", "FR"] }]);
    const thousand = (): void => {
      for (let i = 0; i < 1000; i++) expand(object, far, utcZone, { instances: 1000 });
    };
    expect(thousand).toCostUnder(500);
  });
});
