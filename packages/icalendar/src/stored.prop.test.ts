import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixture, LIMITS, NOW, OBJECT_FIXTURES } from "../testing/ics.js";
import { ODDS, sentBytes } from "../testing/odd.js";
import { analyseObject } from "./analyse.js";
import { type CalendarFilter, matches, type PropFilter } from "./filter.js";
import type { JComponent } from "./jcal.js";
import { neededFor } from "./needed.js";
import { readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { printCalendar } from "./print.js";
import { readStored } from "./stored.js";
import { type CalendarDataRequest, subset } from "./subset.js";
import { ianaZone, utcZone } from "./zones.js";

const numRuns = Number(process.env.KALENDS_PROPERTY_RUNS ?? 600);
const limits = { ...LIMITS, maxInstances: 3000 };

const sources = [...OBJECT_FIXTURES.map(fixture), ...ODDS.map(sentBytes)];
const stored = sources.flatMap((source) => {
  const read = analyseObject(source, limits, NOW);
  return read.ok ? [new TextDecoder().decode(read.value.stored)] : [];
});
const text = fc.constantFrom(...stored);

const BASE = Date.UTC(2026, 0, 1);
const range = fc
  .tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 1, max: 200 }))
  .map(([from, days]) => ({ start: BASE + from * 86_400_000, end: BASE + (from + days) * 86_400_000 }));
const name = fc.constantFrom(
  "SUMMARY",
  "STATUS",
  "DTSTART",
  "ATTENDEE",
  "COMPLETED",
  "UID",
  "CATEGORIES",
  "X-A",
  "RRULE",
  "GEO",
);
const textMatch = fc.record({ text: fc.constantFrom("", "a", "2026", "confirmed", "mailto:"), negate: fc.boolean() });
const prop: fc.Arbitrary<PropFilter> = fc.oneof(
  fc.record({ name, isNotDefined: fc.boolean() }),
  fc.record({ name, textMatch }),
  fc.record({ name, params: fc.array(fc.record({ name: fc.constantFrom("TZID", "CN", "VALUE") }), { maxLength: 1 }) }),
);
const component = fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "*", "VFREEBUSY");
const alarm = fc.record({ name: fc.constantFrom("VALARM", "*"), timeRange: range });
const filter: fc.Arbitrary<CalendarFilter> = fc
  .record(
    {
      name: component,
      test: fc.constantFrom("allof" as const, "anyof" as const),
      timeRange: range,
      props: fc.array(prop, { maxLength: 2 }),
      comps: fc.array(alarm, { maxLength: 1 }),
    },
    { requiredKeys: ["name"] },
  )
  .map((comp) => ({ name: "VCALENDAR", comps: [comp as CalendarFilter] }));
const asked = { name: fc.constantFrom("UID", "SUMMARY", "DTSTART", "ATTENDEE"), novalue: fc.boolean() };
const comp = fc
  .record({ allprop: fc.boolean(), allcomp: fc.boolean(), props: fc.array(fc.record(asked)) })
  .map((of) => ({
    ...{ name: "VCALENDAR", allprop: true, props: [], allcomp: false },
    comps: [{ name: "VEVENT", comps: [], ...of }],
  }));
const data: fc.Arbitrary<CalendarDataRequest> = fc.oneof(
  range.map((expand) => ({ expand })),
  range.map((limitRecurrenceSet) => ({ limitRecurrenceSet })),
  fc.tuple(comp, range).map(([part, expand]) => ({ comp: part, expand })),
  comp.map((part) => ({ comp: part })),
);
const zones = [utcZone, ianaZone("Pacific/Kiritimati")].flatMap((zone) => zone ?? []);

function whole(source: string) {
  const calendar = parseCalendar(source);
  return calendar.ok ? readObject(calendar.value, { allowMethod: true }) : calendar;
}

/** What was left as it stands says some things in other words than what is written anew. */
function meaning(outcome: ReturnType<typeof subset>): unknown {
  const written = outcome.ok ? parseCalendar(outcome.value) : outcome;
  return written.ok ? parseCalendar(printCalendar(written.value)) : written;
}

const named = ([kind, properties, components]: JComponent): unknown => [kind, properties.length, components.map(named)];

describe("readStored", () => {
  it("gives the same verdicts and parts as reading everything, whatever is left unread (CAL-66 to CAL-97)", () => {
    fc.assert(
      fc.property(text, filter, data, fc.constantFrom(...zones), (source, sought, request, zone) => {
        const all = whole(source);
        const some = readStored(source, neededFor(sought, request));
        if (!all.ok || !some.ok) throw new Error(source);
        expect(matches(some.value, sought, zone, { instances: 500 })).toBe(
          matches(all.value, sought, zone, { instances: 500 }),
        );
        const most = { maxInstances: 500 };
        expect(meaning(subset(some.value, request, zone, most))).toEqual(
          meaning(subset(all.value, request, zone, most)),
        );
      }),
      { numRuns },
    );
  });

  it("reads nothing but what is needed of what is as usual", () => {
    const source = stored.find((each) => each.includes("SUMMARY:")) ?? "";
    const read = readStored(source, neededFor(undefined, {}));
    const types = read.ok ? read.value.calendar[2].flatMap(([, properties]) => properties) : [];
    expect(types.find(([key]) => key === "summary")?.[2]).toBe("UNREAD");
    expect(read.ok && named(read.value.calendar)).toEqual(
      named((whole(source) as { value: { calendar: JComponent } }).value.calendar),
    );
  });

  it("refuses what reading everything refuses for its shape, and never throws", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(10, 13, 32, 58, 59))), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(text, damage, (source, changes) => {
        const octets = Buffer.from(source);
        for (const [at, value] of changes) octets[at % octets.length] = value;
        const damaged = octets.toString();
        const some = readStored(damaged, neededFor(undefined, {}));
        if (whole(damaged).ok) expect(some.ok).toBe(true);
      }),
      { numRuns },
    );
  });
});
