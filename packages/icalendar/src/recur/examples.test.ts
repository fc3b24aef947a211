import { describe, expect, it } from "vitest";
import { expand } from "../expand.js";
import type { JComponent } from "../jcal.js";
import { printWall } from "../wall.js";
import { utcZone } from "../zones.js";

/** A rule in RFC form as jCal, read by hand so that these tests do not depend on the parser. */
function recur(text: string): Record<string, unknown> {
  return Object.fromEntries(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      const items = value.split(",").map((item) => (/^[+-]?\d{1,5}$/.test(item) ? Number(item) : item));
      const until = value.replace(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\dZ?))?/, (_, y, m, d, h, i, s) =>
        h === undefined ? `${y}-${m}-${d}` : `${y}-${m}-${d}T${h}:${i}:${s}`,
      );
      return [name.toLowerCase(), name === "UNTIL" ? until : items.length === 1 ? items[0] : items];
    }),
  );
}

function event(start: string, rrules: string[], extra: JComponent[1] = []): JComponent {
  const rules = rrules.map((rrule): JComponent[1][number] => ["rrule", {}, "recur", recur(rrule)]);
  return ["vevent", [["dtstart", { tzid: "America/New_York" }, "date-time", start], ...rules, ...extra], []];
}

/** First instances as local dates of New York, times only where they differ from `time`. */
function first(count: number, start: string, rrules: string[], extra: JComponent[1] = []): string[] {
  const master = event(start, rrules, extra);
  const range = { start: -Infinity, end: Infinity };
  const result = expand({ master, overrides: [], timezones: new Map() }, range, utcZone, { instances: count });
  const time = start.slice(10, 16);
  return result.occurrences.map((each) => printWall(each.wallStart, "local").slice(0, 16).replace(time, ""));
}

const nine = (date: string): string => `${date}T09:00:00`;
const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
const days = (month: string, list: number[]): string[] => list.map((day) => `${month}-${String(day).padStart(2, "0")}`);

interface Example {
  readonly rule: string;
  readonly start?: string;
  readonly expected: string[];
  /** The rule has further instances. */
  readonly open?: boolean;
}

const years = (list: number[], date: string): string[] => list.map((year) => `${year}-${date}`);

const examples: Example[] = [
  { rule: "FREQ=DAILY;COUNT=10", expected: days("1997-09", range(2, 11)) },
  { rule: "FREQ=DAILY;UNTIL=19970912T000000Z", expected: days("1997-09", range(2, 11)) },
  {
    rule: "FREQ=DAILY;INTERVAL=2",
    expected: [...days("1997-09", range(2, 30, 2)), ...days("1997-10", range(2, 30, 2))],
    open: true,
  },
  { rule: "FREQ=DAILY;INTERVAL=10;COUNT=5", expected: [...days("1997-09", [2, 12, 22]), ...days("1997-10", [2, 12])] },
  {
    rule: "FREQ=WEEKLY;COUNT=10",
    expected: [...days("1997-09", [2, 9, 16, 23, 30]), ...days("1997-10", [7, 14, 21, 28]), "1997-11-04"],
  },
  {
    rule: "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    expected: [...days("1997-09", [2, 16, 30]), ...days("1997-10", [14, 28]), ...days("1997-11", [11, 25])],
    open: true,
  },
  {
    rule: "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
    expected: [...days("1997-09", [2, 4, 9, 11, 16, 18, 23, 25, 30]), "1997-10-02"],
  },
  {
    rule: "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
    expected: [...days("1997-09", [2, 4, 9, 11, 16, 18, 23, 25, 30]), "1997-10-02"],
  },
  {
    rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
    start: nine("1997-09-01"),
    expected: [
      ...days("1997-09", [1, 3, 5, 15, 17, 19, 29]),
      ...days("1997-10", [1, 3, 13, 15, 17, 27, 29, 31]),
      ...days("1997-11", [10, 12, 14, 24, 26, 28]),
      ...days("1997-12", [8, 10, 12, 22]),
    ],
  },
  {
    rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    expected: [...days("1997-09", [2, 4, 16, 18, 30]), ...days("1997-10", [2, 14, 16])],
  },
  {
    rule: "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    start: nine("1997-09-05"),
    expected: [
      "1997-09-05",
      "1997-10-03",
      "1997-11-07",
      "1997-12-05",
      "1998-01-02",
      "1998-02-06",
      "1998-03-06",
      "1998-04-03",
      "1998-05-01",
      "1998-06-05",
    ],
  },
  {
    rule: "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
    start: nine("1997-09-05"),
    expected: ["1997-09-05", "1997-10-03", "1997-11-07", "1997-12-05"],
  },
  {
    rule: "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    start: nine("1997-09-07"),
    expected: [
      "1997-09-07",
      "1997-09-28",
      "1997-11-02",
      "1997-11-30",
      "1998-01-04",
      "1998-01-25",
      "1998-03-01",
      "1998-03-29",
      "1998-05-03",
      "1998-05-31",
    ],
  },
  {
    rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    start: nine("1997-09-22"),
    expected: ["1997-09-22", "1997-10-20", "1997-11-17", "1997-12-22", "1998-01-19", "1998-02-16"],
  },
  {
    rule: "FREQ=MONTHLY;BYMONTHDAY=-3",
    start: nine("1997-09-28"),
    expected: ["1997-09-28", "1997-10-29", "1997-11-28", "1997-12-29", "1998-01-29", "1998-02-26"],
    open: true,
  },
  {
    rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
    expected: [
      "1997-09-02",
      "1997-09-15",
      "1997-10-02",
      "1997-10-15",
      "1997-11-02",
      "1997-11-15",
      "1997-12-02",
      "1997-12-15",
      "1998-01-02",
      "1998-01-15",
    ],
  },
  {
    rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    start: nine("1997-09-30"),
    expected: [
      "1997-09-30",
      "1997-10-01",
      "1997-10-31",
      "1997-11-01",
      "1997-11-30",
      "1997-12-01",
      "1997-12-31",
      "1998-01-01",
      "1998-01-31",
      "1998-02-01",
    ],
  },
  {
    rule: "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    start: nine("1997-09-10"),
    expected: [...days("1997-09", range(10, 15)), ...days("1999-03", range(10, 13))],
  },
  {
    rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    expected: [
      ...days("1997-09", [2, 9, 16, 23, 30]),
      ...days("1997-11", [4, 11, 18, 25]),
      ...days("1998-01", [6, 13, 20, 27]),
      ...days("1998-03", [3, 10, 17, 24, 31]),
    ],
    open: true,
  },
  {
    rule: "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
    start: nine("1997-06-10"),
    expected: [1997, 1998, 1999, 2000, 2001].flatMap((y) => [`${y}-06-10`, `${y}-07-10`]),
  },
  {
    rule: "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
    start: nine("1997-03-10"),
    expected: ["1997-03-10", ...[1999, 2001, 2003].flatMap((y) => [`${y}-01-10`, `${y}-02-10`, `${y}-03-10`])],
  },
  {
    rule: "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
    start: nine("1997-01-01"),
    expected: [
      "1997-01-01",
      "1997-04-10",
      "1997-07-19",
      "2000-01-01",
      "2000-04-09",
      "2000-07-18",
      "2003-01-01",
      "2003-04-10",
      "2003-07-19",
      "2006-01-01",
    ],
  },
  {
    rule: "FREQ=YEARLY;BYDAY=20MO",
    start: nine("1997-05-19"),
    expected: ["1997-05-19", "1998-05-18", "1999-05-17"],
    open: true,
  },
  {
    rule: "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    start: nine("1997-05-12"),
    expected: ["1997-05-12", "1998-05-11", "1999-05-17"],
    open: true,
  },
  {
    rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    start: nine("1997-03-13"),
    expected: [
      ...days("1997-03", [13, 20, 27]),
      ...days("1998-03", [5, 12, 19, 26]),
      ...days("1999-03", [4, 11, 18, 25]),
    ],
    open: true,
  },
  {
    rule: "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    start: nine("1997-06-05"),
    expected: [
      ...days("1997-06", [5, 12, 19, 26]),
      ...days("1997-07", [3, 10, 17, 24, 31]),
      ...days("1997-08", [7, 14, 21, 28]),
      ...days("1998-06", [4, 11, 18, 25]),
    ],
    open: true,
  },
  {
    rule: "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    start: nine("1997-09-13"),
    expected: [
      "1997-09-13",
      "1997-10-11",
      "1997-11-08",
      "1997-12-13",
      "1998-01-10",
      "1998-02-07",
      "1998-03-07",
      "1998-04-11",
      "1998-05-09",
      "1998-06-13",
    ],
    open: true,
  },
  {
    rule: "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    start: nine("1996-11-05"),
    expected: ["1996-11-05", "2000-11-07", "2004-11-02"],
    open: true,
  },
  {
    rule: "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    start: nine("1997-09-04"),
    expected: ["1997-09-04", "1997-10-07", "1997-11-06"],
  },
  {
    rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    start: nine("1997-09-29"),
    expected: ["1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30", "1998-01-29", "1998-02-26", "1998-03-30"],
    open: true,
  },
  {
    rule: "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
    expected: ["1997-09-02", "1997-09-02T12:00", "1997-09-02T15:00"],
  },
  {
    rule: "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
    expected: ["", "T09:15", "T09:30", "T09:45", "T10:00", "T10:15"].map((t) => `1997-09-02${t}`),
  },
  {
    rule: "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
    expected: ["", "T10:30", "T12:00", "T13:30"].map((t) => `1997-09-02${t}`),
  },
  {
    rule: "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    expected: range(9 * 60, 16 * 60 + 40, 20)
      .map((m) =>
        `1997-09-02T${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`.replace(
          "T09:00",
          "",
        ),
      )
      .concat("1997-09-03"),
    open: true,
  },
  {
    rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    start: nine("1997-08-05"),
    expected: ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"],
  },
  {
    rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    start: nine("1997-08-05"),
    expected: ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
  },
  {
    rule: "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    start: nine("2007-01-15"),
    expected: ["2007-01-15", "2007-01-30", "2007-02-15", "2007-03-15", "2007-03-30"],
  },
  {
    rule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3",
    start: nine("2000-02-29"),
    expected: years([2000, 2004, 2008], "02-29"),
  },
  { rule: "FREQ=YEARLY;COUNT=3", start: nine("2000-02-29"), expected: years([2000, 2004, 2008], "02-29") },
  {
    rule: "FREQ=YEARLY;COUNT=3;RSCALE=GREGORIAN;SKIP=BACKWARD",
    start: nine("2000-02-29"),
    expected: ["2000-02-29", "2001-02-28", "2002-02-28"],
  },
  {
    rule: "FREQ=YEARLY;COUNT=3;RSCALE=GREGORIAN;SKIP=FORWARD",
    start: nine("2000-02-29"),
    expected: ["2000-02-29", "2001-03-01", "2002-03-01"],
  },
  {
    rule: "FREQ=MONTHLY;COUNT=4;RSCALE=GREGORIAN;SKIP=BACKWARD",
    start: nine("2014-01-31"),
    expected: ["2014-01-31", "2014-02-28", "2014-03-31", "2014-04-30"],
  },
];

describe("recurrence rules of RFC 5545 3.8.5.3 and RFC 7529", () => {
  it.each(examples)("$rule from $start", ({ rule, start = nine("1997-09-02"), expected, open }) => {
    expect(first(expected.length + (open ? 0 : 5), start, [rule])).toEqual(expected);
  });

  it("gives every Friday the 13th and not the excluded DTSTART (RFC 5545 3.8.5.3)", () => {
    const exdate: JComponent[1] = [["exdate", { tzid: "America/New_York" }, "date-time", nine("1997-09-02")]];
    expect(first(5, nine("1997-09-02"), ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"], exdate)).toEqual([
      "1998-02-13",
      "1998-03-13",
      "1998-11-13",
      "1999-08-13",
      "2000-10-13",
    ]);
  });

  it("every day in January is the same by year and by day (RFC 5545 3.8.5.3)", () => {
    const until = "UNTIL=20000131T140000Z;BYMONTH=1";
    const byYear = first(200, nine("1998-01-01"), [`FREQ=YEARLY;${until};BYDAY=SU,MO,TU,WE,TH,FR,SA`]);
    expect(byYear).toEqual(first(200, nine("1998-01-01"), [`FREQ=DAILY;${until}`]));
    expect(byYear).toHaveLength(93);
  });

  it("counts week 53 only where there is one (RFC 5545 3.3.10)", () => {
    expect(first(4, nine("1998-12-28"), ["FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO"])).toEqual([
      "1998-12-28",
      "2004-12-27",
      "2009-12-28",
      "2015-12-28",
    ]);
  });
});
