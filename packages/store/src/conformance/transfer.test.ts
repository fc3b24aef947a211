import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectionId, Database } from "../database.js";
import { sql } from "../sql.js";
import { createCollection } from "../statements/collections.js";
import { changeDeadProperties } from "../statements/dead-properties.js";
import {
  copyContent,
  type HeldCollection,
  holdCollection,
  lockCollections,
  setMemberCreated,
} from "../statements/transfer.js";
import { writeObjects } from "../statements/write-objects.js";
import { engines, type Household, household, member, newCalendar } from "./engines.js";

describe.each(engines)("transfer on $name", (engine) => {
  let db: Database;
  let at: Household;
  let other: CollectionId;
  /** The port asks for a random number whenever it runs a transaction again. */
  let repeats = 0;
  beforeAll(async () => {
    db = await engine.open({
      random: () => {
        repeats += 1;
        return 0;
      },
    });
    at = await household(db, "transfer");
    const made = await db.one<{ id: CollectionId }>(createCollection(newCalendar(at.home, at.ann, "other")));
    if (!made) throw new Error("no calendar");
    other = made.id;
    await write(at.calendar, "a", "b");
    for (const name of ["", "a", "b"]) {
      await db.rows(changeDeadProperties(at.calendar, name, [{ property: "{urn:x}x", xml: `<x>${name}</x>` }], []));
    }
  });
  afterAll(() => db.close());

  const shared = { via: "caldav", members: [], removals: [] } as const;
  const write = (collection: CollectionId, ...names: readonly string[]) =>
    db.rows(writeObjects({ ...shared, collection, by: at.ann, members: names.map((name) => member(name, "1")) }));

  const deadNames = async (collection: CollectionId) =>
    (
      await db.rows<{ name: string }>(
        sql`select name from dead_property where collection_id = ${collection} order by name`,
      )
    ).map(({ name }) => name);

  test("fills a new calendar and tells of each object and of the calendar (RFC 4918 9.8.3)", async () => {
    const emit = (["object.written", "collection.changed"] as const).map((topic) => ({
      subscriber: "index",
      topic,
      coalesce: "member" as const,
    }));
    const copied = await db.one(copyContent({ from: at.calendar, to: other, by: at.ann, via: "caldav", emit }));
    expect(copied).toMatchObject({ objects: 2 });
    const objects = await db.rows(
      sql`select name, revision, data from object where collection_id = ${other} order by name`,
    );
    expect(objects).toEqual([
      { name: "a", revision: 1, data: "data 1" },
      { name: "b", revision: 1, data: "data 1" },
    ]);
    expect(await deadNames(other)).toEqual(["a", "b"]);
    const told = await db.rows(sql`select topic, payload->>'name' as name from outbox order by topic, name`);
    expect(told).toEqual([
      { topic: "collection.changed", name: null },
      { topic: "object.written", name: "a" },
      { topic: "object.written", name: "b" },
    ]);
  });

  test("what is removed leaves no dead properties to the next of its name (RFC 4918 9.6)", async () => {
    const removals = [{ name: "b", expect: "none" as const }];
    await db.rows(writeObjects({ ...shared, collection: at.calendar, by: at.ann, removals }));
    await write(at.calendar, "b");
    expect(await deadNames(at.calendar)).toEqual(["", "a"]);
  });

  test("a moved member keeps the time it was created", async () => {
    expect(await db.rows(setMemberCreated(at.calendar, "a", 1_234_567_890_123))).toEqual([{ name: "a" }]);
    const row = await db.one<{ at: number }>(
      sql`select created_at as at from object where collection_id = ${at.calendar} and name = 'a'`,
    );
    expect(row?.at).toBe(1_234_567_890_123);
  });

  test("locks each collection and each home once, and holds one at its revision", async () => {
    await db.write(async (tx) => {
      expect(await tx.rows(lockCollections([other, at.calendar, at.calendar]))).toEqual([{ collections: 2, homes: 1 }]);
      expect((await tx.one<HeldCollection>(holdCollection(other)))?.revision).toBe(1);
    });
  });

  test("transactions that cross, and single writes beside them, never deadlock once all is locked in order", async () => {
    const both = (n: number, first: CollectionId, second: CollectionId) =>
      db.write(async (tx) => {
        await tx.rows(lockCollections([first, second]));
        for (const collection of [first, second]) {
          await tx.rows(
            writeObjects({ ...shared, collection, by: at.ann, members: [member(`x${n}`, `${first}-${second}`)] }),
          );
        }
      });
    const rounds = Array.from({ length: 30 }, (_, n) => n);
    await Promise.all(
      rounds.flatMap((n) => [both(n, at.calendar, other), both(n, other, at.calendar), write(other, `y${n}`)]),
    );
    expect(repeats).toBe(0);
  });
});
