import { type BusyPeriod, busyPeriods, mergeBusy } from "@kalends/icalendar";
import { raw, sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shift } from "../../test/arbitrary-filters.js";
import { BASE, object, zones } from "../../test/arbitrary-objects.js";
import { holdsForCalendars } from "../../test/calendar-laws.js";
import { openWorld, type World } from "../../test/world.js";
import { storedObject } from "../read/stored-object.js";
import { busyByIndex, busyToRead } from "./busy-index.js";

/** Up to a month. */
const range = fc
  .record({
    hour: fc.integer({ min: -24, max: 9 * 24 }),
    hours: fc.oneof(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 1, max: 30 * 24 })),
    by: shift,
  })
  .map(({ hour, hours, by }) => {
    const start = BASE + by + hour * 3_600_000;
    return { start, end: start + hours * 3_600_000 };
  });

const owner = ["mailto:ann@mail.example", "/principals/users/ann/"];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

describe("busy time by the index", () => {
  it("is what reading every object gives, whatever the zone (CAL-122, CAL-125, CAL-126, RFC 4791 7.10)", async () => {
    const objects = fc.array(object, { minLength: 1, maxLength: 25 });
    const asked = fc.array(range, { minLength: 8, maxLength: 12 });
    await holdsForCalendars(world, { objects, asked, runs: 15 }, async ({ collection, members }, ranges) => {
      const read = new Map(members.map(({ name, data }) => [name, storedObject(data)]));
      for (const range of ranges) {
        const question = { collection, range, owner };
        const told = await busyByIndex(question, world.db);
        const { names: some = raw("null"), where = raw("true") } = busyToRead(question);
        const names = await world.db.rows<{ name: string }>(
          sql`select o.name from object o where o.collection_id = ${collection} and o.name = any(${some}) and ${where}`,
        );
        for (const zone of zones) {
          const busy = (each: readonly string[]): BusyPeriod[] =>
            each.flatMap((name) => {
              const found = read.get(name);
              return found?.ok ? busyPeriods(found.value, range, zone, { owner }) : [];
            });
          const parts = [...told.periods, ...busy(names.map(({ name }) => name))];
          const whole = mergeBusy(busy([...read.keys()]), range);
          const byStart = (a: BusyPeriod, b: BusyPeriod) => a.start - b.start || a.type.localeCompare(b.type);
          expect(mergeBusy(parts, range).sort(byStart)).toEqual([...whole].sort(byStart));
        }
      }
    });
  }, 600_000);
});
