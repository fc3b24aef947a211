import { sql } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCollection, calendar, names, openWorld, put, report, type World } from "../../test/world.js";
import { renewSomeIndexes } from "./renew-indexes.js";

let world: World;
const path = "/CalDAV/~ann/Tasks/";
const todo = (uid: string, ...lines: readonly string[]) =>
  calendar("BEGIN:VTODO", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VTODO");

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Tasks");
  await put(world, `${path}open.ics`, todo("open", "STATUS:NEEDS-ACTION"));
  await put(world, `${path}done.ics`, todo("done", "STATUS:COMPLETED", "COMPLETED:20260102T000000Z"));
  await put(world, `${path}broken.ics`, todo("broken"));
});
afterAll(() => world.db.close());

const OPEN = `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO">
  <C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>
  <C:prop-filter name="STATUS"><C:text-match negate-condition="yes">CANCELLED</C:text-match></C:prop-filter>
  </C:comp-filter></C:comp-filter></C:filter>`;
const ask = (prop: string) => report(world, path, "C:calendar-query", `<D:prop>${prop}</D:prop>${OPEN}`);
const state = () =>
  world.db.rows<{ name: string; has: number | null; revision: number; etag: string }>(
    sql`select name, (index->>'has')::bigint as has, revision, etag from object order by name`,
  );

it("makes the index of older objects anew, so that filters need not read them, and nothing that clients see (CAL-66)", async () => {
  const before = await state();
  await world.db.rows(sql`update object set index = index - 'has' - 'version'`);
  await world.db.rows(sql`update object set data = 'no calendar' where name = 'broken.ics'`);
  expect(await renewSomeIndexes(world.db)).toBe(3);
  expect(await state()).toEqual(before.map((row) => (row.name === "broken.ics" ? { ...row, has: null } : row)));
  expect(await renewSomeIndexes(world.db)).toBe(0);
});

it.each(["<D:getetag/>", "<D:getetag/><C:calendar-data/>"])(
  "answers what the index is sure of without reading it, and reads the rest, for %s (CAL-66, CAL-70)",
  async (prop) => {
    expect(names(await ask(prop))).toEqual(["open.ics"]);
    // Nobody would find them by what they say now: what is not read cannot be misread.
    await world.db.rows(sql`update object set data = replace(data, 'STATUS:', 'X-STATUS:') where name = 'open.ics'`);
    expect(names(await ask(prop))).toEqual(["open.ics"]);
    await world.db.rows(sql`update object set data = replace(data, 'X-STATUS:', 'STATUS:'), index = index - 'has'`);
    expect(names(await ask(prop))).toEqual(["open.ics"]);
    await world.db.rows(sql`update object set index = index - 'version'`);
    await renewSomeIndexes(world.db);
  },
);
