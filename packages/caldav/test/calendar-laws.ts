import { analyseObject } from "@kalends/icalendar";
import { type CollectionId, sql, writeObjects } from "@kalends/store";
import fc from "fast-check";
import { objectLimits } from "../src/limits.js";
import { BASE, type Drawn, OVERRIDE } from "./arbitrary-objects.js";
import { addCollection, calendar, limits, person, type World } from "./world.js";

export interface Stored {
  readonly collection: CollectionId;
  readonly members: readonly { readonly name: string; readonly data: string }[];
}

function textOf([uid, lines]: Drawn, place: number): string {
  const kind = lines[0]?.slice(6) ?? "";
  const rest = [`UID:${uid}-${place}`, "DTSTAMP:20260101T000000Z", `END:${kind}`];
  const between = [...rest, `BEGIN:${kind}`];
  return calendar(...lines.flatMap((each) => (each === OVERRIDE ? between : [each])), ...rest);
}

function memberOf(drawn: Drawn, place: number, isIndexed: boolean) {
  const [name, data] = [`${place}.ics`, textOf(drawn, place)];
  const read = analyseObject(new TextEncoder().encode(data), objectLimits(limits, { components: [] }), BASE);
  if (!read.ok) return [];
  const { index, component, occurrences, uid } = read.value;
  const told = { name, uid, component, etag: name, size: data.length, data, occurrences, scheduleTag: null };
  return [{ ...index, ...told, index: isIndexed ? JSON.stringify(index) : "{}", expect: "none" as const }];
}

/** Which of them are indexed by their properties as well; earlier programs did not. */
type IsIndexed = (place: number) => boolean;

/** Puts objects into a new calendar of Ann. */
async function store(world: World, slug: string, objects: readonly Drawn[], isIndexed: IsIndexed): Promise<Stored> {
  const collection = await addCollection(world, "ann", slug);
  const members = objects.flatMap((each, i) => memberOf(each, i, isIndexed(i)));
  await world.db.rows(writeObjects({ collection, by: person(world, "ann").id, via: "test", members, removals: [] }));
  // Some were reckoned with other time zone data, or by a program that knew nothing of occurrences.
  await world.db
    .rows(sql`update object set basis = case name when '1.ics' then '1 1999z' when '2.ics' then '1 2999a' else '' end
    where collection_id = ${collection} and name in ('1.ics', '2.ics', '3.ics')`);
  return { collection, members };
}

interface Drawing<Asked> {
  readonly objects: fc.Arbitrary<readonly Drawn[]>;
  readonly asked: fc.Arbitrary<readonly Asked[]>;
  readonly runs: number;
  readonly isIndexed?: IsIndexed;
}

/** A law of calendars and of what is asked of them, tried with new ones in every run. */
export async function holdsForCalendars<Asked>(
  world: World,
  { objects, asked, runs, isIndexed = () => true }: Drawing<Asked>,
  law: (stored: Stored, asked: readonly Asked[]) => Promise<void>,
): Promise<void> {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(objects, asked, async (drawn, questions) => {
      run += 1;
      await law(await store(world, `c${run}`, drawn, isIndexed), questions);
    }),
    { numRuns: Number(process.env.KALENDS_PROP_RUNS ?? runs) },
  );
}
