import { bucketOf, TRUSTED } from "@kalends/icalendar";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, event, lunch, NOW, openWorld, put, send, type World } from "../../test/world.js";
import { reckonOccurrences } from "./reckon-occurrences.js";

const YEAR = 365 * 86_400_000;
const path = "/CalDAV/~ann/Cal/";
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await put(world, `${path}lunch.ics`, lunch("lunch"));
  await put(world, `${path}days.ics`, event("days", "DTSTART;VALUE=DATE:20260110", "RRULE:FREQ=MONTHLY"));
  await put(world, `${path}week.ics`, event("week", "DTSTART;TZID=Europe/Berlin:20260110T120000", "RRULE:FREQ=WEEKLY"));
  await put(world, `${path}ended.ics`, event("ended", "DTSTART:20260110T120000Z", "RRULE:FREQ=WEEKLY;COUNT=9"));
  await put(world, `${path}long.ics`, event("long", "DTSTART:20260110T120000Z", "DURATION:P60D"));
});
afterAll(() => world.db.close());

const rows = () =>
  world.db.rows<{ name: string; bucket: number; revision: number; spans: string }>(
    sql`select name, bucket, revision, busy, margin, spans::text as spans from occurrence order by name, bucket`,
  );
const objects = () =>
  world.db.rows<{ name: string; covered: number }>(
    sql`select name, revision, etag, first_start, last_end, basis, covered_until as covered, index from object order by name`,
  );
const names = async () => [...new Set((await rows()).map(({ name }) => name))];

async function roundsUntilDone(now: number): Promise<number> {
  let rounds = 1;
  while (await reckonOccurrences({ db: world.db, clock: () => now })) rounds += 1;
  return rounds;
}

describe("occurrences", () => {
  it("stand in rows for what is not told by its bounds, each with the revision of its object (RFC 4791 9.9)", async () => {
    expect(await names()).toEqual(["days.ics", "ended.ics", "long.ics", "week.ics"]);
    const ended = (await rows()).filter(({ name }) => name === "ended.ics");
    expect(ended.flatMap(({ spans }) => [...spans.matchAll(/\[/g)])).toHaveLength(9);
  });

  it("follow a replacement, a removal, a move and a copy (RFC 4918 9.8, 9.9)", async () => {
    await put(world, `${path}x.ics`, event("x", "DTSTART:20260110T120000Z", "RRULE:FREQ=WEEKLY;COUNT=9"));
    const first = (await rows()).filter(({ name }) => name === "x.ics");
    await put(world, `${path}x.ics`, event("x", "DTSTART:20260110T120000Z", "RRULE:FREQ=DAILY;COUNT=2"));
    const second = (await rows()).filter(({ name }) => name === "x.ics");
    expect(second).toHaveLength(1);
    expect(second[0]?.revision).toBeGreaterThan(first[0]?.revision ?? 0);
    await send(world, "MOVE", `${path}x.ics`, { headers: { destination: `${path}y.ics` } });
    expect(await names()).not.toContain("x.ics");
    expect((await rows()).filter(({ name }) => name === "y.ics").map(({ spans }) => spans)).toEqual([second[0]?.spans]);
    const before = (await rows()).length;
    expect((await send(world, "COPY", path, { headers: { destination: "/CalDAV/~ann/Copy/" } })).status).toBe(201);
    expect((await rows()).length).toBe(2 * before);
    expect((await send(world, "DELETE", "/CalDAV/~ann/Copy/")).status).toBe(204);
    expect((await rows()).length).toBe(before);
    await put(world, `${path}y.ics`, lunch("x"));
    expect(await names()).not.toContain("y.ics");
    await send(world, "DELETE", `${path}y.ics`);
  });

  it("of rows that an older program wrote are reckoned by upkeep, from where it was interrupted (decision 0030)", async () => {
    const [wanted, state] = [await rows(), await objects()];
    await world.db.rows(sql`delete from occurrence`);
    await world.db.rows(sql`update object set basis = '', covered_until = -9007199254740991, index = index - 'busy'`);
    await world.db.rows(sql`insert into occurrence_pass (basis, collection_id, name)
      select ${TRUSTED[1]}, collection_id, 'ended.ics' from object limit 1 on conflict (basis) do update
      set collection_id = excluded.collection_id, name = excluded.name, finished_at = null`);
    await roundsUntilDone(NOW);
    expect(await names()).toEqual(["long.ics", "week.ics"]);
    await world.db.rows(sql`update occurrence_pass set finished_at = now() - interval '8 days'`);
    expect(await roundsUntilDone(NOW)).toBeGreaterThan(1);
    expect(await rows()).toEqual(wanted);
    expect(await objects()).toEqual(state);
    expect(await roundsUntilDone(NOW)).toBe(1);
  });

  it("of another version of the time zone data are reckoned anew (decision 0030)", async () => {
    const wanted = await objects();
    await world.db.rows(sql`update object set basis = '1 1999z', first_start = 1 where name = 'week.ics'`);
    await world.db.rows(sql`delete from occurrence_pass`);
    await roundsUntilDone(NOW);
    expect(await objects()).toEqual(wanted);
  });

  it("of endless series reach farther as time passes, those of ended ones stay (decision 0030)", async () => {
    const later = NOW + 1.5 * YEAR;
    const before = new Map((await objects()).map(({ name, covered }) => [name, covered]));
    await roundsUntilDone(later);
    const after = new Map((await objects()).map(({ name, covered }) => [name, covered]));
    expect(after.get("ended.ics")).toBe(before.get("ended.ics"));
    for (const name of ["days.ics", "week.ics"]) {
      expect(after.get(name)).toBeGreaterThan(later + YEAR);
      const last = Math.max(...(await rows()).filter((row) => row.name === name).map(({ bucket }) => bucket));
      expect(last).toBe(bucketOf((after.get(name) ?? 0) - 1));
    }
  });
});
