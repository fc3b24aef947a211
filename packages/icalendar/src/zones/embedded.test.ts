import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, calendar, event, LIMITS, NOW } from "../../testing/ics.js";
import { analyseObject } from "../analyse.js";
import { expand } from "../expand.js";
import { extractIndex } from "../extract.js";
import { matches } from "../filter.js";
import type { JComponent, JRecur } from "../jcal.js";
import { type CalendarObject, readObject } from "../object.js";
import { parseCalendar } from "../parse.js";
import { parseRule } from "../recur/rule.js";
import { walkRule } from "../recur/walk.js";
import { validateObject } from "../validate.js";
import { parseWall } from "../wall.js";
import { zoneOf } from "../zones.js";
import { embeddedZone } from "./embedded.js";
import { utcZone } from "./zone.js";

const many = (count: number, make: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => make(n));

function observance(rule = "", start = "19700101T000000", more: readonly string[] = []): string {
  const lines = [
    `DTSTART:${start}`,
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    ...(rule ? [`RRULE:${rule}`] : []),
    ...more,
  ];
  return ["BEGIN:STANDARD", ...lines, "END:STANDARD"].join("\r\n");
}

const zone = (tzid: string, ...parts: readonly string[]): string =>
  ["BEGIN:VTIMEZONE", `TZID:${tzid}`, ...parts, "END:VTIMEZONE"].join("\r\n");

const yearly = (n: number): string => `FREQ=YEARLY;BYMONTH=${1 + (n % 12)};BYDAY=${1 + (n % 4)}SU`;
const outlook = (tzid: string): string =>
  zone(
    tzid,
    observance("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "16011028T030000"),
    observance(yearly(2), "16010325T020000"),
  );
const meeting = (...lines: readonly string[]): readonly string[] => event("DTSTART;TZID=Z0:19500102T100000", ...lines);
const yearlyMeeting = meeting("RRULE:FREQ=YEARLY");
const dates = (count: number): string => many(count, (n) => `${1950 + (n % 200)}0${1 + (n % 9)}01T000000`).join(",");

const hostile: readonly [string, () => readonly string[], "taken" | "refused"][] = [
  [
    "200 endless observances",
    () => [zone("Z0", ...many(200, (n) => observance(yearly(n)))), ...yearlyMeeting],
    "refused",
  ],
  [
    "200 observances of two years each",
    () => [
      zone(
        "Z0",
        ...many(200, (n) =>
          observance(`${yearly(n)};UNTIL=${1972 + (n % 60)}0101T000000Z`, `${1970 + (n % 60)}0101T000000`),
        ),
      ),
      ...yearlyMeeting,
    ],
    "taken",
  ],
  [
    "900 zones with rules",
    () => [
      ...many(900, (n) => zone(`Z${n}`, observance(yearly(n)))),
      ...meeting(...many(900, (n) => `RDATE;TZID=Z${n}:20260202T100000`)),
    ],
    "refused",
  ],
  [
    "900 zones without rules",
    () => [
      ...many(900, (n) => zone(`Z${n}`, observance())),
      ...meeting(...many(900, (n) => `RDATE;TZID=Z${n}:20260202T100000`)),
    ],
    "taken",
  ],
  [
    "as many zones of Outlook as are taken, asked for every year",
    () => [
      ...many(12, (n) => outlook(`Z${n}`)),
      ...meeting("RRULE:FREQ=YEARLY", ...many(12, (n) => `RDATE;TZID=Z${n}:${dates(200)}`)),
    ],
    "taken",
  ],
  [
    "1 200 zones nobody uses",
    () => [zone("Z0", observance()), ...many(1200, (n) => zone(`X${n}`, observance(yearly(n)))), ...yearlyMeeting],
    "taken",
  ],
  [
    "14 000 dates in one observance",
    () => [zone("Z0", observance("", undefined, [`RDATE:${dates(14_000)}`])), ...yearlyMeeting],
    "taken",
  ],
  [
    "rules by the second",
    () => [zone("Z0", ...many(1500, () => observance("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"))), ...yearlyMeeting],
    "taken",
  ],
  [
    "rules at every second of a day",
    () => {
      const all = (count: number): string => many(count, String).join(",");
      const rule = `FREQ=YEARLY;BYHOUR=${all(24)};BYMINUTE=${all(60)};BYSECOND=${all(60)}`;
      return [zone("Z0", ...many(300, () => observance(rule))), ...yearlyMeeting];
    },
    "taken",
  ],
  [
    "rules without any day",
    () => [zone("Z0", ...many(80, () => observance("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"))), ...yearlyMeeting],
    "refused",
  ],
  [
    "counts from the year 1 on",
    () => [
      zone("Z0", ...many(900, () => observance("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9999", "00010101T000000"))),
      ...yearlyMeeting,
    ],
    "refused",
  ],
  [
    "every day of every year",
    () => [zone("Z0", ...many(2, () => observance("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"))), ...yearlyMeeting],
    "taken",
  ],
  [
    "names that no place has",
    () => event("DTSTART:20260101T100000Z", ...many(3000, (n) => `EXDATE;TZID=Europe/Nowhere${n}:20260202T100000`)),
    "refused",
  ],
];

function read(text: string): CalendarObject {
  const parsed = parseCalendar(text);
  const object = parsed.ok ? readObject(parsed.value) : parsed;
  if (!object.ok) throw new Error(JSON.stringify(object.findings));
  return object.value;
}

const ROOMY = { ...LIMITS, maxDateTime: Date.UTC(3000, 0) };
const all = { start: Date.UTC(1940, 0), end: Date.UTC(2160, 0) };
const filter = { name: "VCALENDAR", comps: [{ name: "VEVENT", timeRange: all }] };
const analyse = (text: string): ReturnType<typeof analyseObject> => analyseObject(bytes(text), ROOMY, NOW);

describe("VTIMEZONEs that try to keep the server busy (CAL-53, RFC 5545 3.6.5)", () => {
  it.each(hostile)("%s add less than 50 ms to analysing, expanding and matching what was read", (_, make, answer) => {
    let round = 0;
    const fresh = (): string => {
      round += 1;
      return calendar(`X-R:${round}`, ...make()).replaceAll("BEGIN:STANDARD", `BEGIN:STANDARD\r\nX-R:${round}`);
    };
    expect(bytes(fresh()).length).toBeLessThan(256 * 1024);
    const object = (): CalendarObject => read(fresh());
    const check = (of: CalendarObject) => [validateObject(of, ROOMY), extractIndex(of)];
    expect({ make: object, run: check }, "analyse").toCostUnder(50);
    const expansion = (of: CalendarObject) => expand(of, all, utcZone, { instances: 1000 });
    expect({ make: object, run: expansion }, "expand").toCostUnder(50);
    const match = (of: CalendarObject) => matches(of, filter, utcZone, { instances: 1000 });
    expect({ make: object, run: match }, "match").toCostUnder(50);
    expect(analyse(fresh()).ok).toBe(answer === "taken");
  });

  const endless = (tzid: string): string => zone(tzid, ...many(200, (n) => observance(yearly(n))));

  it("says which zone is too dear, and where it is used", () => {
    const result = analyse(calendar(endless("Z0"), ...meeting()));
    expect(result).toMatchObject({
      findings: [{ code: "valid-calendar-data", property: "DTSTART", uid: "u1", spec: "RFC 5545 3.6.5" }],
    });
    expect(result.ok ? "" : result.findings[0]?.message).toMatch(/Z0/);
  });

  it("a zone that costs too much is known by its name, IANA or Windows, where it has one (CAL-53)", () => {
    for (const tzid of ["W. Europe Standard Time", "Europe/Berlin", "/example.com/Europe/Berlin"]) {
      const text = calendar(endless(tzid), ...event(`DTSTART;TZID="${tzid}":20260701T100000`));
      expect(analyse(text).ok, tzid).toBe(true);
      expect(zoneOf(tzid, read(text).timezones)?.offsetAt(Date.UTC(2026, 6)), tzid).toBe(7200);
    }
  });

  it("leaves rules of calendars dear to reckon out of a zone (CAL-53, RFC 7529)", () => {
    const back = [
      "BEGIN:STANDARD",
      "DTSTART:19710115T000000",
      "TZOFFSETFROM:+0200",
      "TZOFFSETTO:+0100",
      "END:STANDARD",
    ];
    const offsets = (rule: string): number[] => {
      const parsed = parseCalendar(calendar(zone("Z0", observance(rule), ...back), ...yearlyMeeting));
      const own = parsed.ok ? parsed.value[2].find(([name]) => name === "vtimezone") : undefined;
      return [1970, 1972, 2026].map((year) => own && embeddedZone(own)?.offsetAt(Date.UTC(year, 5, 1))).map(Number);
    };
    expect(offsets("RSCALE=CHINESE;FREQ=YEARLY")).toEqual([7200, 3600, 3600]);
    expect(offsets("RSCALE=CHINESE;FREQ=YEARLY;COUNT=9")).toEqual([7200, 3600, 3600]);
    expect(offsets("RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1")).toEqual([7200, 7200, 7200]);
  });

  it("a zone means the same whichever zone of the object is asked for first (CAL-53)", () => {
    const text = calendar(...many(40, (n) => outlook(`Z${n}`)), ...meeting());
    const known = (order: readonly number[]): number[] => {
      const { timezones } = read(text);
      return order.filter((n) => zoneOf(`Z${n}`, timezones) !== undefined).sort((a, b) => a - b);
    };
    const order = Array.from({ length: 40 }, (_, n) => n);
    expect(known(order).length).toBeGreaterThan(9);
    expect(known([...order].reverse())).toEqual(known(order));
  });
});

describe("rules of a VTIMEZONE, followed year by year (RFC 5545 3.6.5)", () => {
  const ruleArb: fc.Arbitrary<JRecur | undefined> = fc.option(
    fc.record(
      {
        freq: fc.constant("YEARLY"),
        interval: fc.constantFrom(1, 1, 2, 50),
        bymonth: fc.integer({ min: 1, max: 12 }),
        byday: fc.constantFrom("1SU", "-1SU", "SU", "2FR"),
        until: fc.constantFrom("1949-05-01T00:00:00Z", "2010-12-31T23:30:00Z", "2026-03-29T01:00:00Z"),
      },
      { requiredKeys: ["freq", "interval", "bymonth"] },
    ),
    { nil: undefined, freq: 4 },
  );
  const observanceArb = fc.record({
    from: fc.constantFrom("+01:00", "-03:30", "+14:00"),
    to: fc.constantFrom("+02:00", "+00:00", "-11:00"),
    start: fc.constantFrom("1601-10-28T03:00:00", "1970-01-01T00:00:00", "1999-12-31T23:59:59", "2020-03-29T02:00:00"),
    rule: ruleArb,
    rdates: fc.array(fc.constantFrom("1980-01-01T00:00:00", "2026-01-01T00:30:00", "2200-06-01T00:00:00"), {
      maxLength: 2,
    }),
  });
  const instants = fc.array(fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2210, 0) }), {
    minLength: 5,
    maxLength: 30,
  });
  const seconds = (offset: string): number => {
    const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
    return (offset.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
  };

  it("give the offset that all their onsets in a row give, in whatever order years are asked for (CAL-53)", () => {
    fc.assert(
      fc.property(fc.array(observanceArb, { minLength: 1, maxLength: 4 }), instants, (observances, asked) => {
        const onsets = observances.flatMap(({ from, to, start, rule, rdates }) => {
          const before = seconds(from);
          const walls = new Set([start, ...rdates].map((each) => parseWall(each)?.wall ?? 0));
          const parsed = parseRule(rule);
          if (parsed && "freq" in parsed) {
            const until = parsed.until ? parsed.until.wall + before * 1000 : Number.POSITIVE_INFINITY;
            const window = {
              from: Date.UTC(1950, 0) + before * 1000,
              to: Math.min(until, Date.UTC(2149, 11, 31, 23, 59, 59)),
            };
            walkRule(parsed, parseWall(start)?.wall ?? 0, window, (wall) => Boolean(walls.add(wall)));
          }
          return [...walls].map((wall) => ({ at: wall - before * 1000, before, after: seconds(to) }));
        });
        onsets.sort((a, b) => a.at - b.at);
        fc.pre(
          new Set(onsets.map(({ at, after }) => `${at} ${after}`)).size === new Set(onsets.map(({ at }) => at)).size,
        );
        fc.pre(new Set(onsets.filter(({ at }) => at === onsets[0]?.at).map(({ before }) => before)).size === 1);
        const vtimezone: JComponent = [
          "vtimezone",
          [["tzid", {}, "text", "Z"]],
          observances.map(({ from, to, start, rule, rdates }): JComponent => [
            "standard",
            [
              ["dtstart", {}, "date-time", start],
              ["tzoffsetfrom", {}, "utc-offset", from],
              ["tzoffsetto", {}, "utc-offset", to],
              ...rdates.map((each): JComponent[1][number] => ["rdate", {}, "date-time", each]),
              ...(rule ? [["rrule", {}, "recur", rule] as JComponent[1][number]] : []),
            ],
            [],
          ]),
        ];
        const read = embeddedZone(vtimezone);
        for (const at of [...asked, ...onsets.slice(0, 30).flatMap((each) => [each.at - 1, each.at])]) {
          const expected = onsets.findLast((each) => each.at <= at)?.after ?? onsets[0]?.before;
          expect(read?.offsetAt(at), new Date(at).toISOString()).toBe(expected);
        }
      }),
      { numRuns: Number(process.env.KALENDS_PROPERTY_RUNS ?? 300) },
    );
  });
});
