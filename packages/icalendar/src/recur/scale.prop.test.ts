import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { civilDate, dayNumber, monthLength } from "../wall.js";
import { parseRule } from "./rule.js";
import { lengthOfYear, type Scale } from "./scale.js";
import { SCALES, scaleNamed } from "./scales.js";
import { walkRule } from "./walk.js";

const DAY = 86_400_000;
const day = fc.integer({ min: dayNumber(1600, 1, 1), max: dayNumber(2400, 1, 1) });

const scaleOf = (name: string): Scale => {
  const scale = scaleNamed(name);
  if (!scale) throw new Error(name);
  return scale;
};

/** Systems whose dates are costly get fewer runs. */
const runs = (scale: Scale) => ({ numRuns: scale.lookups > 100 ? 15 : 60 });

describe.each(SCALES)("dates of %s", (name) => {
  const scale = scaleOf(name);

  it("every day lies in its month, the month in its year, and both are found again by name and number (RFC 7529 4.1)", () => {
    const law = fc.property(day, (each) => {
      const month = scale.monthOf(each);
      const { year, first, length } = month;
      expect(first <= each && each < first + length).toBe(true);
      expect(year).toBe(scale.yearOf(each));
      expect(scale.hasMonth(month.name)).toBe(true);
      expect(scale.monthNamed(year, month.name)).toEqual(month);
      expect(scale.monthNumbered(scale.monthNumber(month))).toEqual(month);
      expect(scale.monthOf(first + length)).toEqual(scale.monthNumbered(scale.monthNumber(month) + 1));
      expect(scale.monthOf(first - 1)).toEqual(scale.monthNumbered(scale.monthNumber(month) - 1));
    });
    // A day a little before the middle of the year from which years are counted.
    fc.assert(law, { ...runs(scale), examples: [[11_230]] });
  });

  it("the months of a year fill it without gaps, each name once (RFC 7529 4.2)", () => {
    const law = fc.property(day, (each) => {
      const year = scale.yearOf(each);
      const months = scale.monthsOf(year);
      let next = scale.yearStart(year);
      for (const { first, length } of months) {
        expect(first).toBe(next);
        next += length;
      }
      expect(next).toBe(scale.yearStart(year + 1));
      expect(next - scale.yearStart(year)).toBe(lengthOfYear(scale, year));
      const names = months.map((month) => month.name);
      expect([...new Set(names)].sort((a, b) => a - b)).toEqual(names);
    });
    fc.assert(law, runs(scale));
  });

  it("every instance has the month and day of the rule, and none is left out (RFC 7529 4.1)", () => {
    const rules = fc.record({
      start: day,
      freq: fc.constantFrom("YEARLY", "MONTHLY", "DAILY"),
      month: fc.constantFrom("1", "5", "5L", "6", "12", "13"),
      date: fc.constantFrom(1, 15, 29, 30, -1, -29),
    });
    const law = fc.property(rules, ({ start, freq, month, date }) => {
      const rule = parseRule({ rscale: name, freq, bymonth: month, bymonthday: date });
      if (!rule || "unsupported" in rule) throw new Error(name);
      const found: number[] = [];
      const to = (start + 1500) * DAY;
      walkRule(rule, start * DAY, { from: start * DAY, to }, (wall) => Boolean(found.push(wall / DAY)));
      const wanted = Number.parseInt(month, 10) + (month.endsWith("L") ? 0.5 : 0);
      const fits = (each: number): boolean => {
        const { name: own, first, length } = scale.monthOf(each);
        return own === wanted && (date > 0 ? each - first + 1 === date : each - first - length === date);
      };
      expect(found).toEqual(Array.from({ length: 1501 }, (_, i) => start + i).filter(fits));
    });
    fc.assert(law, { numRuns: scale.lookups > 100 ? 10 : 30 });
  });

  it("where an instance falls does not depend on the window it is looked for in", () => {
    const rules = fc.record({
      start: day,
      freq: fc.constantFrom("YEARLY", "MONTHLY"),
      interval: fc.integer({ min: 1, max: 4 }),
      skip: fc.constantFrom("OMIT", "BACKWARD", "FORWARD"),
      after: fc.integer({ min: 0, max: 3000 }),
    });
    const law = fc.property(rules, ({ start, after, ...parts }) => {
      const rule = parseRule({ rscale: name, ...parts });
      if (!rule || "unsupported" in rule) throw new Error(name);
      const within = (from: number, to: number): number[] => {
        const found: number[] = [];
        walkRule(rule, start * DAY, { from: from * DAY, to: to * DAY }, (wall) => Boolean(found.push(wall / DAY)));
        return found;
      };
      const from = start + after;
      expect(within(from, from + 900)).toEqual(within(start, from + 900).filter((each) => each >= from));
    });
    fc.assert(law, { numRuns: scale.lookups > 100 ? 10 : 30 });
  });
});

describe("the Gregorian scale", () => {
  it("agrees with the civil calendar", () => {
    const scale = scaleOf("GREGORIAN");
    const law = fc.property(day, (each) => {
      const { year, month, day: ofMonth } = civilDate(each);
      expect(scale.monthOf(each)).toEqual({
        year,
        name: month,
        first: each - ofMonth + 1,
        length: monthLength(year, month),
      });
    });
    fc.assert(law);
  });
});
