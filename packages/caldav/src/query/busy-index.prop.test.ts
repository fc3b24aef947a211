import { type BusyPeriod, busyPeriods, mergeBusy } from "@kalends/icalendar";
import { raw, sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BASE, DAY, object, store, zones } from "../../test/arbitrary-objects.js";
import { openWorld, type World } from "../../test/world.js";
import { storedObject } from "../read/stored-object.js";
import { busyByIndex, busyToRead } from "./busy-index.js";

const YEAR = 365 * DAY;
/** Up to a month, at the beginning, around the end of what the index covers, and beyond. */
const range = fc
  .record({
    hour: fc.integer({ min: -24, max: 9 * 24 }),
    hours: fc.oneof(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 1, max: 30 * 24 })),
    by: fc.constantFrom(0, 0, 0, 2 * YEAR - 20 * DAY, 2 * YEAR + 30 * DAY, 5 * YEAR),
  })
  .map(({ hour, hours, by }) => {
    const start = BASE + by + hour * 3_600_000;
    return { start, end: start + hours * 3_600_000 };
  });

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

describe("busy time by the index", () => {
  it("is what reading every object gives, whatever the zone (CAL-122, CAL-125, CAL-126, RFC 4791 7.10)", async () => {
    const options = { owner: ["mailto:ann@mail.example", "/principals/users/ann/"] };
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 25 }),
        fc.array(range, { minLength: 8, maxLength: 12 }),
        async (objects, ranges) => {
          run += 1;
          const { collection, members } = await store(world, `b${run}`, objects);
          const read = new Map(members.map(({ name, data }) => [name, storedObject(data)]));
          for (const asked of ranges) {
            const question = { collection, range: asked, owner: options.owner };
            const told = await busyByIndex(question, world.db);
            const { names: some = raw("null"), where = raw("true") } = busyToRead(question);
            const names = await world.db.rows<{ name: string }>(
              sql`select o.name from object o where o.collection_id = ${collection} and o.name = any(${some}) and ${where}`,
            );
            for (const zone of zones) {
              const busy = (each: readonly string[]): BusyPeriod[] =>
                each.flatMap((name) => {
                  const found = read.get(name);
                  return found?.ok ? busyPeriods(found.value, asked, zone, options) : [];
                });
              const parts = [...told.periods, ...busy(names.map(({ name }) => name))];
              const whole = mergeBusy(busy([...read.keys()]), asked);
              const byStart = (a: BusyPeriod, b: BusyPeriod) => a.start - b.start || a.type.localeCompare(b.type);
              expect(mergeBusy(parts, asked).sort(byStart)).toEqual([...whole].sort(byStart));
            }
          }
        },
      ),
      { numRuns: Number(process.env.KALENDS_PROP_RUNS ?? 15) },
    );
  }, 600_000);
});
