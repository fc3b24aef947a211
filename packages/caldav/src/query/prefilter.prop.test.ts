import type { CalendarFilter, CompFilter } from "@kalends/icalendar";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { BASE, DAY, object, store } from "../../test/arbitrary-objects.js";
import { expectAgreement } from "../../test/verdicts.js";
import { openWorld, type World } from "../../test/world.js";

const hour = fc.integer({ min: -24, max: 7 * 24 }).map((hours) => BASE + hours * 3_600_000);
const YEAR = 365 * DAY;
/** Ranges at the beginning, around the end of what the index covers, and beyond it. */
const shift = fc.constantFrom(0, 0, 0, 2 * YEAR - 20 * DAY, 2 * YEAR + 30 * DAY, 5 * YEAR);
const times = fc
  .tuple(fc.option(hour), fc.option(hour), shift)
  .map(([a, b, by]) => [a === null ? null : a + by, b === null ? null : b + by] as const);
const range = times.map(([a, b]) => {
  const start = a === null ? Number.NEGATIVE_INFINITY : b === null ? a : Math.min(a, b);
  const end = b === null ? Number.POSITIVE_INFINITY : a === null ? b : Math.max(a, b) + 3_600_000;
  return { start, end };
});
const props = fc.array(
  fc.record({
    name: fc.constantFrom("UID", "SUMMARY", "DTSTART"),
    textMatch: fc.record({
      text: fc.constantFrom("u", "U", "É", "ä", ""),
      negate: fc.boolean(),
      collation: fc.constantFrom("i;octet" as const, "i;ascii-casemap" as const, "i;unicode-casemap" as const),
    }),
  }),
  { maxLength: 1 },
);
const test = fc.constantFrom("allof" as const, "anyof" as const);
const comp = fc.record(
  { name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "*", "VTIMEZONE"), test, timeRange: range, props },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<CompFilter>;
const timed: fc.Arbitrary<CompFilter> = fc.record({
  name: fc.constantFrom("VEVENT", "VEVENT", "VTODO", "VJOURNAL"),
  timeRange: range,
});
const none: fc.Arbitrary<CompFilter> = fc.constantFrom("VEVENT", "VTODO").map((name) => ({ name, isNotDefined: true }));
const inCalendar = (comps: fc.Arbitrary<CompFilter[]>): fc.Arbitrary<CalendarFilter> =>
  fc.record({ name: fc.constant("VCALENDAR"), test, comps });
const filter = fc.oneof(
  inCalendar(fc.array(fc.oneof({ arbitrary: comp, weight: 4 }, none), { maxLength: 2 })),
  inCalendar(timed.map((each) => [each])),
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

describe("prefilter", () => {
  it("holds for all that match, and is certain only of what matches, whatever the zone (CAL-81; decision 0008)", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 20, maxLength: 40 }),
        fc.array(filter, { minLength: 12, maxLength: 20 }),
        async (objects, filters) => {
          run += 1;
          const { collection, members } = await store(world, `c${run}`, objects);
          for (const each of filters) await expectAgreement(world, each, collection, members);
        },
      ),
      { numRuns: Number(process.env.KALENDS_PROP_RUNS ?? 20) },
    );
  }, 600_000);
});
