import { describe, expect, it } from "vitest";
import { DAY, parseWall, printWall } from "../wall.js";
import { parseRule } from "./rule.js";
import { SCALES } from "./scales.js";
import { walkRule } from "./walk.js";

/** A rule in RFC form, numbers as text, which is what the reader gives for months of other calendars. */
function recur(text: string): Record<string, unknown> {
  return Object.fromEntries(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name.toLowerCase(), value.includes(",") ? value.split(",") : value];
    }),
  );
}

const wall = (date: string): number => parseWall(date)?.wall ?? Number.NaN;

/** The first instances, as dates. */
function first(count: number, start: string, text: string, from = -Infinity): string[] {
  const rule = parseRule(recur(text));
  if (!rule || "unsupported" in rule) throw new Error(text);
  const found: string[] = [];
  walkRule(rule, wall(start), { from, to: Infinity }, (at) => found.push(printWall(at, "date")) < count);
  return found;
}

describe("recurrence rules of other calendar systems (RFC 7529 4, CAL-57)", () => {
  it.each([
    ["2013-02-10", "RSCALE=CHINESE;FREQ=YEARLY", ["2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08"]],
    ["2013-09-06", "RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", ["2013-09-06", "2014-09-06", "2015-09-06", "2016-09-06"]],
    [
      "2014-02-08",
      "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
      ["2014-02-08", "2015-02-27", "2016-02-17", "2017-03-06"],
    ],
    [
      "2012-02-29",
      "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD",
      ["2012-02-29", "2013-03-01", "2014-03-01", "2015-03-01", "2016-02-29"],
    ],
    ["2014-01-31", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT", ["2014-01-31", "2014-03-31", "2014-05-31"]],
    [
      "2014-01-31",
      "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
      ["2014-01-31", "2014-02-28", "2014-03-31", "2014-04-30"],
    ],
    [
      "2014-01-31",
      "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD",
      ["2014-01-31", "2014-03-01", "2014-03-31", "2014-05-01"],
    ],
  ])("%s %s (RFC 7529 4.3)", (start, rule, expected) => {
    expect(first(expected.length, start, rule)).toEqual(expected);
  });

  it.each([
    ["OMIT", ["2014-02-08", "2016-02-17", "2019-02-13"]],
    ["BACKWARD", ["2014-02-08", "2015-01-28", "2016-02-17", "2017-02-04"]],
    ["FORWARD", ["2014-02-08", "2015-02-27", "2016-02-17", "2017-03-06"]],
  ])("a birthday in a leap month goes by SKIP=%s, its month taken from DTSTART (RFC 7529 4.1)", (skip, expected) => {
    expect(first(expected.length, "2014-02-08", `RSCALE=HEBREW;FREQ=YEARLY;SKIP=${skip}`)).toEqual(expected);
  });

  it("a leap month limits FREQ=MONTHLY as SKIP says (RFC 7529 4.1)", () => {
    const monthly = (skip: string) => first(4, "2014-02-08", `RSCALE=HEBREW;FREQ=MONTHLY;BYMONTH=5L;SKIP=${skip}`);
    expect(monthly("OMIT")).toEqual(["2014-02-08", "2016-02-17", "2019-02-13", "2022-02-09"]);
    expect(monthly("FORWARD")).toEqual(["2014-02-08", "2015-02-27", "2016-02-17", "2017-03-06"]);
  });

  it("steps through the leap month of a Chinese year (RFC 7529 4.2)", () => {
    expect(first(4, "2023-02-20", "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=1")).toEqual([
      "2023-02-20",
      "2023-03-22",
      "2023-04-20",
      "2023-05-19",
    ]);
    expect(first(2, "2023-03-22", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=2L;BYMONTHDAY=1")).toEqual([
      "2023-03-22",
      "2042-03-22",
    ]);
  });

  it("counts days of the year, weekdays and weeks within the year of the system (RFC 7529 4.1)", () => {
    expect(first(3, "2024-10-03", "RSCALE=HEBREW;FREQ=YEARLY;BYYEARDAY=1")).toEqual([
      "2024-10-03",
      "2025-09-23",
      "2026-09-12",
    ]);
    expect(first(3, "2024-10-02", "RSCALE=HEBREW;FREQ=YEARLY;BYYEARDAY=-1")).toEqual([
      "2024-10-02",
      "2025-09-22",
      "2026-09-11",
    ]);
    expect(first(2, "2025-03-21", "RSCALE=PERSIAN;FREQ=YEARLY;BYMONTH=1;BYDAY=1FR")).toEqual([
      "2025-03-21",
      "2026-03-27",
    ]);
  });

  it.each(["BUDDHIST", "JAPANESE", "ROC"])("%s has the days of the Gregorian calendar", (rscale) => {
    const rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29,30";
    const skipped = (name: string) => first(6, "2012-02-29", `RSCALE=${name};${rule};SKIP=BACKWARD`);
    expect(skipped(rscale)).toEqual(skipped("GREGORIAN"));
  });

  it("knows names in any case and by their aliases, and no others", () => {
    expect(first(1, "2026-01-01", "RSCALE=ethioaa;FREQ=DAILY")).toEqual(["2026-01-01"]);
    expect(parseRule(recur("RSCALE=MAYAN;FREQ=DAILY"))).toEqual({ unsupported: "MAYAN" });
    expect(SCALES[0]).toBe("GREGORIAN");
    expect(SCALES).toEqual(expect.arrayContaining(["CHINESE", "ETHIOPIC", "HEBREW", "PERSIAN"]));
  });

  it("has no instance in a month that the system never has", () => {
    expect(first(3, "2026-01-01", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=13")).toEqual([]);
    expect(first(3, "2026-01-01", "RSCALE=GREGORIAN;FREQ=DAILY;BYMONTH=5L")).toEqual([]);
    expect(first(3, "2026-01-01", "RSCALE=GREGORIAN;FREQ=WEEKLY;BYMONTH=5L")).toEqual([]);
    expect(first(3, "2026-01-01", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTH=5L")).toEqual([]);
  });

  it.each([
    "FREQ=YEARLY;COUNT=5000",
    "FREQ=YEARLY;INTERVAL=7;COUNT=5000",
    "FREQ=MONTHLY;INTERVAL=29;COUNT=5000",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=9",
    "FREQ=WEEKLY;INTERVAL=101;BYMONTH=12L",
    "FREQ=DAILY;INTERVAL=997;BYMONTH=12L;BYMONTHDAY=30",
    "FREQ=HOURLY;INTERVAL=9999;BYYEARDAY=366",
  ])("gives up on %s in the Chinese calendar before it takes long", (text) => {
    const rule = parseRule(recur(`RSCALE=DANGI;${text}`));
    if (!rule || "unsupported" in rule) throw new Error(text);
    const walk = () => walkRule(rule, wall("2026-01-01"), { from: -Infinity, to: Infinity }, () => true);
    expect(walk().end).toBe("exhausted");
    expect(walk).toCostUnder(3000);
  });

  it.each(["MONTHLY", "YEARLY"])("finds a far window without walking there: FREQ=%s", (freq) => {
    const from = wall("2500-01-01");
    const [found = ""] = first(1, "2026-02-17", `RSCALE=CHINESE;FREQ=${freq}`, from);
    expect(wall(found)).toBeGreaterThanOrEqual(from);
    expect(wall(found)).toBeLessThan(from + (freq === "MONTHLY" ? 31 : 60) * DAY);
  });
});
