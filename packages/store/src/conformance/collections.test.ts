import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectionId, Database, Revision } from "../database.js";
import { UniqueViolation } from "../errors.js";
import { type Sql, sql } from "../sql.js";
import {
  bind,
  homeMembers,
  type MemberRow,
  memberBySlug,
  renameBinding,
  unbind,
  updateOverlay,
} from "../statements/bindings.js";
import { type Changes, changesSince, homeChangesSince } from "../statements/changes.js";
import { createCollection, createHome, deleteCollection, updateCollection } from "../statements/collections.js";
import { changeDeadProperties, deadProperties } from "../statements/dead-properties.js";
import { candidates, holderOfUid, memberList, objectsByName } from "../statements/objects.js";
import { writeObjects } from "../statements/write-objects.js";
import { engines, type Household, household, member, newCalendar } from "./engines.js";

describe.each(engines)("collections on $name", (engine) => {
  let db: Database;
  let at: Household;
  let salt = 0;
  beforeAll(async () => {
    db = await engine.open();
  });
  afterAll(() => db.close());

  const fresh = async () => {
    at = await household(db, `c${++salt}`);
  };
  const must = async <R>(q: Sql): Promise<R> => {
    const row = await db.one<R>(q);
    if (!row) throw new Error("no row");
    return row;
  };
  const revision = async (id: CollectionId) =>
    (await must<{ revision: Revision }>(sql`select revision from collection where id = ${id}`)).revision;
  const homeChanges = async (since: number) =>
    (await must<Changes>(homeChangesSince(at.home, { revision: since }, 100))).changes.map((c) => [c.name, c.removed]);
  const put = (...members: ReturnType<typeof member>[]) =>
    db.rows(writeObjects({ collection: at.calendar, by: null, via: "test", members, removals: [] }));
  const remove = (name: string) =>
    db.rows(
      writeObjects({
        collection: at.calendar,
        by: null,
        via: "test",
        members: [],
        removals: [{ name, expect: "none" }],
      }),
    );
  const page = (revisionAt: number | null, limit = 100, name?: string) =>
    must<Changes>(
      changesSince(
        at.calendar,
        revisionAt === null ? null : { revision: revisionAt, ...(name ? { name } : {}) },
        limit,
      ),
    );

  test("a slug that is taken, also in other case, is refused and leaves the home as it was", async () => {
    await fresh();
    const before = await revision(at.home);
    for (const slug of ["calendar", "Calendar"]) {
      await expect(db.rows(createCollection(newCalendar(at.home, at.ann, slug)))).rejects.toThrow(UniqueViolation);
    }
    expect(await revision(at.home)).toBe(before);
  });

  test("creating, changing, renaming and deleting are changes of the home (SYNC-30, SYNC-40, SYNC-80)", async () => {
    await fresh();
    const start = await revision(at.home);
    await db.rows(updateCollection(at.calendar, { displayName: "New", props: '{"{x}a":1}' }));
    expect(await homeChanges(start)).toEqual([["calendar", false]]);
    expect(await revision(at.calendar)).toBe(1);
    await db.rows(renameBinding(at.home, "calendar", "moved"));
    expect(await homeChanges(start)).toEqual([
      ["calendar", true],
      ["moved", false],
    ]);
    await db.rows(deleteCollection(at.calendar));
    const all = await homeChanges(start);
    expect(all).toContainEqual(["moved", true]);
    expect(await db.rows(homeMembers(at.home))).toEqual([]);
  });

  test("properties are merged and removed one by one", async () => {
    await fresh();
    await db.rows(updateCollection(at.calendar, { props: '{"{x}a":1,"{x}b":2}' }));
    await db.rows(updateCollection(at.calendar, { props: '{"{x}c":3}', removeProps: ["{x}a"], description: "d" }));
    const row = await must<MemberRow>(memberBySlug(at.home, "calendar"));
    expect(row).toMatchObject({
      props: { "{x}b": 2, "{x}c": 3 },
      description: "d",
      displayName: "calendar",
      how: "own",
    });
  });

  test("a share is bound and taken away again in the sharee's home alone (SYNC-42)", async () => {
    await fresh();
    const { id: other } = await must<{ id: CollectionId }>(createHome(at.ann));
    const before = await revision(at.home);
    await db.rows(
      bind({ home: other, slug: "s", collection: at.calendar, how: "share", overlay: '{"{x}color":"red"}' }),
    );
    await db.rows(updateOverlay(other, "s", '{"{x}order":1}', ["{x}color"]));
    expect(await must<MemberRow>(memberBySlug(other, "s"))).toMatchObject({ how: "share", overlay: { "{x}order": 1 } });
    await db.rows(unbind(other, "s"));
    const gone = await must<Changes>(homeChangesSince(other, { revision: 1 }, 10));
    expect(gone.changes).toMatchObject([{ name: "s", removed: true, revision: 4 }]);
    expect(await revision(at.home)).toBe(before);
    expect(await revision(at.calendar)).toBe(1);
  });

  test("dead properties are set and removed; the collection's own raise the home (RFC 4918 9.2)", async () => {
    await fresh();
    const before = await revision(at.home);
    await db.rows(changeDeadProperties(at.calendar, "a.ics", [{ property: "{x}a", xml: "<a/>" }], []));
    expect(await revision(at.home)).toBe(before);
    await db.rows(changeDeadProperties(at.calendar, "", [{ property: "{x}a", xml: "<a/>" }], []));
    await db.rows(changeDeadProperties(at.calendar, "", [{ property: "{x}b", xml: "<b/>" }], ["{x}a"]));
    expect(await revision(at.home)).toBe(before + 2);
    expect(await db.rows(deadProperties(at.calendar, [""]))).toEqual([{ name: "", property: "{x}b", xml: "<b/>" }]);
  });

  test("an initial listing has all live members and nothing removed (SYNC-14)", async () => {
    await fresh();
    await put(member("a", "1"), member("b", "1"));
    await remove("b");
    expect(await page(null)).toMatchObject({
      current: 3,
      more: false,
      changes: [{ name: "a", etag: "1", removed: false }],
    });
  });

  test("removed and made again is changed only; made and removed is removed (SYNC-16, SYNC-17)", async () => {
    await fresh();
    await put(member("a", "1"));
    await remove("a");
    await put(member("a", "2"), member("b", "1"));
    await remove("b");
    const { changes } = await page(2);
    expect(changes).toEqual([
      { name: "a", revision: 4, etag: "2", removed: false },
      { name: "b", revision: 5, etag: null, removed: true },
    ]);
  });

  test("pages split within one revision and miss nothing (SYNC-50, SYNC-51, SYNC-52)", async () => {
    await fresh();
    await put(...["a", "b", "c", "d", "e"].map((n) => member(n, "1")));
    const first = await page(null, 2);
    expect([first.more, first.changes.map((c) => c.name)]).toEqual([true, ["a", "b"]]);
    await remove("a");
    const second = await page(2, 2, "b");
    expect([second.more, second.changes.map((c) => c.name)]).toEqual([true, ["c", "d"]]);
    const third = await page(2, 2, "d");
    expect(third.changes.map((c) => [c.name, c.removed])).toEqual([
      ["e", false],
      ["a", true],
    ]);
    expect([third.more, third.current]).toEqual([false, 3]);
  });

  test("many are read by name in the order asked (CAL multiget, RFC 4791 7.9)", async () => {
    await fresh();
    await put(member("a", "1"), member("b", "2"));
    const rows = await db.rows<{ name: string; data: string }>(
      objectsByName(at.calendar, ["b", "z", "a"], { data: true }),
    );
    expect(rows.map((r) => [r.name, r.data])).toEqual([
      ["b", "data 2"],
      ["a", "data 1"],
    ]);
    expect(await must(memberList(at.calendar))).toEqual({
      revision: 2,
      members: [
        ["a", "1"],
        ["b", "2"],
      ],
    });
    expect(await must(holderOfUid(at.calendar, "uid-b"))).toEqual({ name: "b", etag: "2" });
  });

  test("candidates overlap the range or have no bound, in pages (RFC 4791 9.9)", async () => {
    await fresh();
    const bounds = (name: string, firstStart: number | null, lastEnd: number | null) =>
      member(name, "1", { firstStart, lastEnd });
    await put(
      bounds("past", 0, 10),
      bounds("now", 15, 25),
      bounds("endless", 0, null),
      bounds("future", 50, 60),
      bounds("unknown", null, null),
    );
    const query = { collections: [at.calendar], components: ["VEVENT"], from: 20, to: 30, limit: 2 };
    const first = await db.rows<{ name: string }>(candidates(query, { data: false }));
    expect(first.map((r) => r.name)).toEqual(["endless", "now"]);
    const rest = await db.rows<{ name: string }>(
      candidates({ ...query, after: { collection: at.calendar, name: "now" } }, { data: false }),
    );
    expect(rest.map((r) => r.name)).toEqual(["unknown"]);
  });
});
