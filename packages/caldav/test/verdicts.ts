import { type CalendarFilter, matches } from "@kalends/icalendar";
import { type CollectionId, type Sql, sql } from "@kalends/store";
import fc from "fast-check";
import { expect } from "vitest";
import { prefilter } from "../src/query/prefilter.js";
import { NOBODY, type Verdict } from "../src/query/verdict.js";
import { storedObject } from "../src/read/stored-object.js";
import { type Drawn, zones } from "./arbitrary-objects.js";
import { holdsForCalendars, type Stored } from "./calendar-laws.js";
import type { World } from "./world.js";

interface Row {
  readonly name: string;
  readonly may: boolean;
  readonly is: boolean;
}

/** What the index says of each member agrees with the exact match, in whatever zone the reader is. */
async function expectAgreement(world: World, filter: CalendarFilter, { collection, members }: Stored): Promise<void> {
  const { named, exact, ...plain } = prefilter(filter, collection);
  const of = ({ where, certain }: Verdict): Sql =>
    sql`o.name, coalesce(${where}, false) as may, coalesce(${certain ?? NOBODY}, false) as "is"`;
  const rows = await world.db.rows<Row>(sql`select ${of(plain)} from object o where o.collection_id = ${collection}`);
  if (named) await expectSame(world, of(named), named.marked, collection, rows);
  const judged = new Map(rows.map((row) => [row.name, row]));
  for (const member of members) {
    const read = storedObject(member.data);
    if (!read.ok) throw new Error("a stored object cannot be read");
    const verdicts = zones.map((zone) => matches(read.value, filter, zone, { instances: 1_000 }));
    const row = judged.get(member.name);
    if (verdicts.includes(true)) expect(row, member.data).toMatchObject({ may: true });
    if (row?.is) expect(verdicts, member.data).not.toContain(false);
    if (row?.is) expect(row.may, member.data).toBe(true);
    if (exact) expect(row?.may).toBe(row?.is);
  }
}

/** Looking up names finds what the conditions find, and is as sure. */
async function expectSame(world: World, columns: Sql, marked: Sql, collection: CollectionId, rows: readonly Row[]) {
  const looked = await world.db.rows<Row>(sql`
    select ${columns} from (select t.name, bool_or(t.sure) as sure from (${marked}) t group by t.name) n
      join object o on o.collection_id = ${collection} and o.name = n.name`);
  const sorted = (some: readonly Row[]) =>
    [...some].sort((a, b) => (a.name < b.name ? -1 : 1)).filter(({ may }) => may);
  expect(sorted(looked)).toEqual(sorted(rows));
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
