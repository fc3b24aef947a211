import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectionId, Database, Revision } from "../database.js";
import { UniqueViolation } from "../errors.js";
import { type Sql, sql } from "../sql.js";
import { bind, countOwnCollections, homeSlugs, renameBinding, unbind, updateOverlay } from "../statements/bindings.js";
import { createCollection, createHome, deleteCollection, updateCollection } from "../statements/collections.js";
import { changeDeadProperties, deadPropertySize } from "../statements/dead-properties.js";
import { countMembers, holderOfUid, memberNames, objectsByName } from "../statements/objects.js";
import { writeObjects } from "../statements/write-objects.js";
import { deadProperties, engines, type Household, household, member, newCalendar, seenSince } from "./engines.js";

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
    (await seenSince(db, at.home, since)).changes.map((c) => [c.name, c.removed]);
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
  const bindingOf = (home: CollectionId, slug: string) =>
    must(sql`select c.*, b.how, b.overlay from binding b join collection c on c.id = b.collection_id
      where b.home_id = ${home} and b.slug = ${slug}`);

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
    await db.rows(renameBinding({ home: at.home, slug: "calendar", to: "moved", collection: at.calendar }));
    expect(await homeChanges(start)).toEqual([
      ["calendar", true],
      ["moved", false],
    ]);
    await db.rows(deleteCollection(at.calendar));
    const all = await homeChanges(start);
    expect(all).toContainEqual(["moved", true]);
    expect(await db.rows(homeSlugs(at.ann))).toEqual([]);
    expect(await must(countOwnCollections(at.home))).toEqual({ n: 0 });
  });

  test("properties are merged and removed one by one", async () => {
    await fresh();
    await db.rows(updateCollection(at.calendar, { props: '{"{x}a":1,"{x}b":2}' }));
    await db.rows(updateCollection(at.calendar, { props: '{"{x}c":3}', removeProps: ["{x}a"], description: "d" }));
    expect(await bindingOf(at.home, "calendar")).toMatchObject({
      props: { "{x}b": 2, "{x}c": 3 },
      description: "d",
      display_name: "calendar",
      how: "own",
    });
    expect(await db.rows(homeSlugs(at.ann))).toEqual([{ slug: "calendar" }]);
    expect(await must(countOwnCollections(at.home))).toEqual({ n: 1 });
  });

  test("a share is bound and taken away again in the sharee's home alone (SYNC-42)", async () => {
    await fresh();
    const { id: other } = await must<{ id: CollectionId }>(createHome(at.ann));
    const before = await revision(at.home);
    await db.rows(
      bind({ home: other, slug: "s", collection: at.calendar, how: "share", overlay: '{"{x}color":"red"}' }),
    );
    await db.rows(updateOverlay(other, "s", '{"{x}order":1}', ["{x}color"]));
    expect(await bindingOf(other, "s")).toMatchObject({ how: "share", overlay: { "{x}order": 1 } });
    await db.rows(unbind(other, "s"));
    expect((await seenSince(db, other, 1)).changes).toMatchObject([{ name: "s", removed: true, revision: 4 }]);
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
    expect(await deadProperties(db, at.calendar, "")).toEqual([{ property: "{x}b", xml: "<b/>" }]);
    expect(await must(deadPropertySize(at.calendar, "", []))).toEqual({ octets: 4 });
    expect(await must(deadPropertySize(at.calendar, "", ["{x}b"]))).toEqual({ octets: 0 });
  });

  test("removed and made again is changed only; made and removed is removed (SYNC-16, SYNC-17)", async () => {
    await fresh();
    await put(member("a", "1"));
    await remove("a");
    await put(member("a", "2"), member("b", "1"));
    await remove("b");
    const { changes } = await seenSince(db, at.calendar, 2);
    expect(changes).toEqual([
      { name: "a", revision: 4, etag: "2", removed: false },
      { name: "b", revision: 5, etag: null, removed: true },
    ]);
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
    const names = await db.rows<{ name: string }>(memberNames(at.calendar, ["VEVENT"]));
    expect(names.map(({ name }) => name).sort()).toEqual(["a", "b"]);
    expect(await db.rows(memberNames(at.calendar, ["VTODO"]))).toEqual([]);
    expect([await must(countMembers(at.calendar, 9)), await must(countMembers(at.calendar, 1))]).toEqual([
      { n: 2 },
      { n: 1 },
    ]);
  });

  test("a UID is found under another name, not under its own (RFC 4791 5.3.2.1)", async () => {
    await fresh();
    await put(member("a", "1"), member("b", "2"));
    expect(await db.rows(holderOfUid(at.calendar, [{ name: "b", uid: "uid-b" }]))).toEqual([]);
    const asked = [
      { name: "b", uid: "uid-b" },
      { name: "new", uid: "uid-a" },
    ];
    expect(await must(holderOfUid(at.calendar, asked))).toEqual({ name: "a", uid: "uid-a", class: "public" });
  });
});
