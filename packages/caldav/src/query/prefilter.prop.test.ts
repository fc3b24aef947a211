import type { CompFilter } from "@kalends/icalendar";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { absent, alone, collation, inCalendar, range, shift, test, timed } from "../../test/arbitrary-filters.js";
import { object } from "../../test/arbitrary-objects.js";
import { expectAgreements } from "../../test/verdicts.js";
import { openWorld, type World } from "../../test/world.js";

const props = fc.array(
  fc.record({
    name: fc.constantFrom("UID", "SUMMARY", "DTSTART"),
    textMatch: fc.record({
      text: fc.constantFrom("u", "U", "É", "ä", ""),
      negate: fc.boolean(),
      collation,
    }),
  }),
  { maxLength: 1 },
);
const comp = fc.record(
  { name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "*", "VTIMEZONE"), test, timeRange: range(shift), props },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<CompFilter>;
const filter = fc.oneof(
  inCalendar(fc.array(fc.oneof({ arbitrary: comp, weight: 4 }, absent), { maxLength: 2 })),
  alone(timed(range(shift))),
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

describe("prefilter", () => {
  it("holds for all that match, and is certain only of what matches, whatever the zone (CAL-81; decision 0008)", async () => {
    await expectAgreements(world, object, filter);
  }, 600_000);
});
