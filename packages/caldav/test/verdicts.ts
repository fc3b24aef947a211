import { type CalendarFilter, matches } from "@kalends/icalendar";
import { sql } from "@kalends/store";
import fc from "fast-check";
import { expect } from "vitest";
import { prefilter } from "../src/query/prefilter.js";
import { conditionOf, NOBODY } from "../src/query/sought.js";
import { storedObject } from "../src/read/stored-object.js";
import { type Drawn, zones } from "./arbitrary-objects.js";
import { holdsForCalendars, type Stored } from "./calendar-laws.js";
import type { World } from "./world.js";

interface Verdict {
  readonly name: string;
  readonly may: boolean;
  readonly is: boolean;
  readonly rest: boolean;
}

/** What the index says of each member agrees with the exact match, in whatever zone the reader is. */
async function expectAgreement(world: World, filter: CalendarFilter, { collection, members }: Stored): Promise<void> {
  const { where, certain, rest, exact } = prefilter(filter, collection);
  const rows = await world.db.rows<Verdict>(
    sql`select o.name, coalesce(${conditionOf(where)}, false) as may, coalesce(${conditionOf(certain ?? NOBODY)}, false) as "is", coalesce(${conditionOf(rest)}, false) as rest from object o where o.collection_id = ${collection}`,
  );
  const judged = new Map(rows.map((row) => [row.name, row]));
  for (const member of members) {
    const read = storedObject(member.data);
    if (!read.ok) throw new Error("a stored object cannot be read");
    const verdicts = zones.map((zone) => matches(read.value, filter, zone, { instances: 1_000 }));
    const row = judged.get(member.name);
    if (verdicts.includes(true)) expect(row, member.data).toMatchObject({ may: true });
    if (row?.is) expect(verdicts, member.data).not.toContain(false);
    expect(row?.rest, member.data).toBe(row?.may === true && !row.is);
    if (exact) expect(row?.may).toBe(row?.is);
  }
}

/** The same for such filters on calendars of such objects. */
export function expectAgreements(
  world: World,
  object: fc.Arbitrary<Drawn>,
  filter: fc.Arbitrary<CalendarFilter>,
  isIndexed?: (place: number) => boolean,
): Promise<void> {
  const objects = fc.array(object, { minLength: 20, maxLength: 40 });
  const asked = fc.array(filter, { minLength: 12, maxLength: 20 });
  const drawing = { objects, asked, runs: 20, ...(isIndexed && { isIndexed }) };
  return holdsForCalendars(world, drawing, async (stored, filters) => {
    for (const each of filters) await expectAgreement(world, each, stored);
  });
}
