import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectionId, Database, Revision } from "../database.js";
import { UniqueViolation, WriteRefused } from "../errors.js";
import { sql } from "../sql.js";
import { bind } from "../statements/bindings.js";
import { createHome } from "../statements/collections.js";
import { recountMembers } from "../statements/objects.js";
import { changeDeadProperties } from "../statements/dead-properties.js";
import type { ObjectsWrite, WrittenMember } from "../statements/objects-write.js";
import { writeObjects } from "../statements/write-objects.js";
import { deadProperties, engines, type Household, household, member, seenSince } from "./engines.js";

/** A node of a plan as `explain` tells it. */
interface PlanNode {
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows a plan gave and threw away, of all its nodes. */
function rowsRead(node: PlanNode): number {
  const { Plans = [], "Rows Removed by Filter": filtered = 0, "Rows Removed by Index Recheck": checked = 0 } = node;
  const own = (node["Actual Rows"] + filtered + checked) * node["Actual Loops"];
  return Plans.reduce((sum, each) => sum + rowsRead(each), own);
}

describe.each(engines)("writeObjects on $name", (engine) => {
  let db: Database;
  let at: Household;
  let salt = 0;
  beforeAll(async () => {
    db = await engine.open({ random: Math.random });
  });
  afterAll(() => db.close());

  const fresh = async () => {
    at = await household(db, `w${++salt}`);
  };
  const write = (w: Partial<ObjectsWrite>) =>
    db.rows<WrittenMember>(
      writeObjects({ collection: at.calendar, by: at.ann, via: "caldav", members: [], removals: [], ...w }),
    );
  const outcomes = async (w: Partial<ObjectsWrite>) => (await write(w)).map((m) => [m.name, m.outcome, m.revision]);
  const revisions = async () =>
    (
      await db.rows<{ revision: number }>(
        sql`select revision from collection where id = any(${[at.home, at.calendar]}::bigint[]) order by id`,
      )
    ).map((r) => r.revision);
  const names = async () =>
    (
      await db.rows<{ name: string }>(sql`select name from object where collection_id = ${at.calendar} order by name`)
    ).map((r) => r.name);

  test("creates, replaces and leaves alone what has the same bytes (SYNC-82)", async () => {
    await fresh();
    const before = await revisions();
    expect(await outcomes({ members: [member("a", "1"), member("b", "1")] })).toEqual([
      ["a", "created", 2],
      ["b", "created", 2],
    ]);
    expect(await outcomes({ members: [member("a", "1"), member("b", "2")] })).toEqual([
      ["a", "unchanged", 2],
      ["b", "replaced", 3],
    ]);
    const after = await revisions();
    expect(after).toEqual(before.map((r) => r + 2));
    await write({ members: [member("a", "1")] });
    expect(await revisions()).toEqual(after);
  });

  test("a member that is removed takes its dead properties along (RFC 4918 9.6.1, 4.3)", async () => {
    await fresh();
    await write({ members: [member("a", "1"), member("b", "1")] });
    for (const name of ["a", "b"]) {
      await db.rows(changeDeadProperties(at.calendar, name, [{ property: "{x}p", xml: "<p/>" }], []));
    }
    await write({ removals: [{ name: "a", expect: "none" }] });
    await write({ members: [member("a", "2")] });
    expect(await deadProperties(db, at.calendar, "a")).toEqual([]);
    expect(await deadProperties(db, at.calendar, "b")).toHaveLength(1);
  });

  test("refuses as a whole when the collection has another revision than expected (SYNC-72, RFC 6578 5)", async () => {
    await fresh();
    await write({ members: [member("a", "1")] });
    const held = { revision: 1 as Revision };
    await expect(write({ ...held, members: [member("b", "1")] })).rejects.toThrow(WriteRefused);
    await expect(write({ ...held, removals: [{ name: "a", expect: "none" }] })).rejects.toThrow(WriteRefused);
    expect(await names()).toEqual(["a"]);
    await write({ revision: 2 as Revision, members: [member("b", "1")] });
    expect(await names()).toEqual(["a", "b"]);
  });

  test("a member created and replaced in one transaction is told apart", async () => {
    await fresh();
    const [first, second] = await db.write(async (tx) => {
      const one = (etag: string) =>
        tx.one<WrittenMember>(
          writeObjects({ collection: at.calendar, by: null, via: "x", members: [member("a", etag)], removals: [] }),
        );
      return [await one("1"), await one("2")];
    });
    expect([first?.outcome, second?.outcome]).toEqual(["created", "replaced"]);
  });

  test.each([
    ["absent, but it is there", { members: [member("a", "2", { expect: "absent" })] }],
    ["absent, with the same bytes", { members: [member("a", "1", { expect: "absent" })] }],
    ["another etag", { members: [member("a", "2", { expect: { etag: "0" } })] }],
    ["an etag, but it is not there", { members: [member("z", "1", { expect: { etag: "1" } })] }],
    ["removal of another etag", { removals: [{ name: "a", expect: { etag: "0" } }] }],
    ["removal of one not there", { removals: [{ name: "z", expect: { etag: "1" } }] }],
  ] as [string, Partial<ObjectsWrite>][])("refuses as a whole: %s (RFC 9110 13.1, SYNC-81)", async (_, w) => {
    await fresh();
    await write({ members: [member("a", "1")] });
    const before = await revisions();
    for (const company of [[], [member("other", "1")]]) {
      const refused = write({ ...w, members: [...company, ...(w.members ?? [])] });
      await expect(refused).rejects.toThrow(WriteRefused);
      await expect(refused).rejects.toMatchObject({ reason: "changed" });
      expect(await names()).toEqual(["a"]);
      expect(await revisions()).toEqual(before);
    }
  });

  /** One alone has a statement of its own; with another member it goes the general way. */
  const ways = [
    ["alone", []],
    ["with another", [member("other", "1")]],
  ] as const;
  const members = async () =>
    (await db.one<{ members: number }>(sql`select members from collection where id = ${at.calendar}`))?.members;

  test.each(ways)("what is known to be absent or there is created, replaced and removed: %s", async (_, company) => {
    await fresh();
    const before = await revisions();
    const deeds: Partial<ObjectsWrite>[] = [
      { members: [member("a", "1", { expect: "absent" })] },
      { members: [member("a", "2", { expect: { etag: "1" } })] },
      { removals: [{ name: "a", expect: { etag: "2" } }] },
      { members: [member("a", "3", { expect: "absent" })] },
    ];
    const done: unknown[] = [];
    const written: (number | undefined)[] = [];
    for (const deed of deeds) {
      const outcome = await outcomes({ ...deed, lockEpoch: 0, members: [...(deed.members ?? []), ...company] });
      done.push(...outcome.filter(([name]) => name === "a"));
      written.push(await members());
      if (deed.removals) expect(await deadAndGone()).toEqual(["a"]);
    }
    expect(done).toEqual([
      ["a", "created", 2],
      ["a", "replaced", 3],
      ["a", "removed", 4],
      ["a", "created", 5],
    ]);
    expect(await deadAndGone()).toEqual([]);
    expect(await revisions()).toEqual(before.map((r) => r + 4));
    expect(written).toEqual([1, 1, 0, 1].map((n) => n + company.length));
  });
  const deadAndGone = async () =>
    (await db.rows<{ name: string }>(sql`select name from tombstone where collection_id = ${at.calendar}`)).map(
      (row) => row.name,
    );

  test.each(ways)(
    "keeps to the revision and the lock epoch it was judged by: %s (SYNC-72, decision 0014)",
    async (_, company) => {
      await fresh();
      const first = { members: [...company, member("a", "1", { expect: "absent" })] };
      for (const held of [{ revision: 7 as Revision }, { lockEpoch: 1 }, { revision: 1 as Revision, lockEpoch: 1 }]) {
        await expect(write({ ...first, ...held })).rejects.toMatchObject({ reason: "changed" });
      }
      await write({ ...first, revision: 1 as Revision, lockEpoch: 0 });
      const next = { members: [...company, member("a", "2", { expect: { etag: "1" } })] };
      const removal = { members: company, removals: [{ name: "a", expect: { etag: "2" } }] };
      await expect(write({ ...next, lockEpoch: 3 })).rejects.toMatchObject({ reason: "changed" });
      await write({ ...next, lockEpoch: 0 });
      await expect(write({ ...removal, lockEpoch: 3 })).rejects.toMatchObject({ reason: "changed" });
      await write({ ...removal, revision: 3 as Revision });
      expect(await names()).toEqual(company.map(({ name }) => name));
    },
  );

  test.each(ways)("creates nothing beyond the room there is, but replaces: %s (RFC 4331 6)", async (_, company) => {
    await fresh();
    await write({ members: company });
    const most = company.length + 1;
    await write({ members: [...company, member("a", "1", { expect: "absent" })], most });
    const before = await revisions();
    const more = write({ members: [...company, member("b", "1", { expect: "absent" })], most });
    await expect(more).rejects.toMatchObject({ reason: "full", member: "b" });
    expect(await revisions()).toEqual(before);
    await write({ members: [...company, member("a", "2", { expect: { etag: "1" } })], most: 0 });
    expect(await names()).toEqual(["a", ...company.map(({ name }) => name)]);
  });

  test("the number of members can be counted anew", async () => {
    await fresh();
    await write({ members: [member("a", "1"), member("b", "1")] });
    await db.rows(sql`update collection set members = 40 where id = ${at.calendar}`);
    expect(await db.one(recountMembers(at.calendar))).toEqual({ members: 2 });
    expect(await members()).toBe(2);
  });

  test("an expectation that holds is fulfilled", async () => {
    await fresh();
    await write({ members: [member("a", "1", { expect: "absent" }), member("b", "1")] });
    const w = {
      members: [member("a", "2", { expect: { etag: "1" } })],
      removals: [{ name: "b", expect: { etag: "1" } }],
    };
    expect(await outcomes(w)).toEqual([
      ["a", "replaced", 3],
      ["b", "removed", 3],
    ]);
  });

  test("a collection that is gone refuses with `gone`", async () => {
    await fresh();
    for (const expectation of ["none", "absent", { etag: "0" }] as const) {
      const gone = write({ collection: 999_999 as CollectionId, members: [member("a", "1", { expect: expectation })] });
      await expect(gone).rejects.toMatchObject({ reason: "gone" });
    }
  });

  test("a UID held by another name is a unique violation (CAL-05, RFC 4791 4.1)", async () => {
    await fresh();
    await write({ members: [member("a", "1")] });
    for (const expectation of ["none", "absent"] as const) {
      const second = write({ members: [member("b", "1", { uid: "uid-a", expect: expectation })] });
      await expect(second).rejects.toThrow(UniqueViolation);
      await expect(second).rejects.toMatchObject({ constraint: "object_uid_key" });
    }
  });

  test("a UID may move to another name when the first is removed in the same write", async () => {
    await fresh();
    await write({ members: [member("a", "1")] });
    const moved = { members: [member("b", "1", { uid: "uid-a" })], removals: [{ name: "a", expect: "none" as const }] };
    expect(await outcomes(moved)).toEqual([
      ["b", "created", 3],
      ["a", "removed", 3],
    ]);
  });

  test("removing what is not there changes nothing", async () => {
    await fresh();
    const before = await revisions();
    expect(await write({ removals: [{ name: "z", expect: "none" }] })).toEqual([]);
    expect(await revisions()).toEqual(before);
  });

  test("every home that binds the collection moves, and its binding with it (SYNC-41)", async () => {
    await fresh();
    const other = await db.one<{ id: CollectionId }>(createHome(at.ann));
    if (!other) throw new Error("no home");
    await db.rows(bind({ home: other.id, slug: "shared", collection: at.calendar, how: "share", overlay: "{}" }));
    await write({ members: [member("a", "1")] });
    const rows = await db.rows(sql`
      select h.revision = b.revision as same, h.revision from binding b join collection h on h.id = b.home_id
      where b.collection_id = ${at.calendar} order by b.home_id`);
    expect(rows).toEqual([
      { same: true, revision: 3 },
      { same: true, revision: 3 },
    ]);
  });

  test("subscribers get their messages with the write, and none without a change", async () => {
    await fresh();
    const emit = [
      { subscriber: "deliver", topic: "object.written", coalesce: "none" },
      { subscriber: "deliver", topic: "object.removed", coalesce: "none" },
      { subscriber: "push", topic: "collection.changed", coalesce: "collection" },
    ] as const;
    await write({ members: [member("a", "1"), member("b", "1")], emit });
    await write({ members: [member("a", "1")], removals: [{ name: "b", expect: "none" }], emit });
    await write({ members: [member("a", "1")], emit });
    const rows = await db.rows<{ topic: string; payload: { name?: string; revision: number } }>(
      sql`select topic, payload from outbox where (payload ->> 'collection')::bigint = ${at.calendar} order by topic, id`,
    );
    expect(rows.map((r) => [r.topic, r.payload.name, r.payload.revision])).toEqual([
      ["collection.changed", undefined, 3],
      ["object.removed", "b", 3],
      ["object.written", "a", 2],
      ["object.written", "b", 2],
    ]);
  });

  const many = (count: number) => Array.from({ length: count }, (_, i) => member(`m${i}`, "1"));

  test("ten thousand members go in one statement, and then one is written without looking at the others", async () => {
    await fresh();
    const written = await write({ members: many(10_000) });
    expect(written.filter((m) => m.outcome === "created")).toHaveLength(10_000);
    await db.rows(sql`analyze object`);
    // Small tables are read as a whole, whatever the collection holds.
    expect(Math.max(...(await rowsOfOne()))).toBeLessThan(1000);
  });

  /** Rows read to create, to replace and to remove one member. */
  async function rowsOfOne(): Promise<number[]> {
    const shared = { collection: at.calendar, by: at.ann, via: "caldav", lockEpoch: 0, most: 100_000 };
    const read: number[] = [];
    for (const deed of [
      { members: [member("x", "1", { expect: "absent" })], removals: [] },
      { members: [member("x", "2", { expect: { etag: "1" } })], removals: [] },
      { members: [], removals: [{ name: "x", expect: { etag: "2" } }] },
    ] as const) {
      const explained = sql`explain (analyze, format json) ${writeObjects({ ...shared, ...deed })}`;
      const [top] = (await db.one<{ "QUERY PLAN": readonly { Plan: PlanNode }[] }>(explained))?.["QUERY PLAN"] ?? [];
      read.push(top ? rowsRead(top.Plan) : 0);
    }
    return read;
  }

  test("of parallel writes that expect the same etag exactly one wins (SYNC-83, RFC 9110 13.1.1)", async () => {
    await fresh();
    await write({ members: [member("a", "start")] });
    for (let round = 0, etag = "start"; round < 15; round++) {
      const attempts = Array.from({ length: 8 }, (_, i) =>
        write({ members: [member("a", `${round}.${i}`, { expect: { etag } })] }),
      );
      const done = await Promise.allSettled(attempts);
      const won = done.flatMap((d, i) => (d.status === "fulfilled" ? [`${round}.${i}`] : []));
      expect(won).toHaveLength(1);
      for (const d of done) if (d.status === "rejected") expect(d.reason).toBeInstanceOf(WriteRefused);
      etag = won[0] ?? "";
      expect(await db.one(sql`select etag, revision from object where collection_id = ${at.calendar}`)).toEqual({
        etag,
        revision: round + 3,
      });
    }
  });

  test("of parallel creations with If-None-Match exactly one wins", async () => {
    await fresh();
    for (let round = 0; round < 10; round++) {
      const done = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) =>
          write({ members: [member(`n${round}`, `${i}`, { uid: `u${round}`, expect: "absent" })] }),
        ),
      );
      expect(done.filter((d) => d.status === "fulfilled")).toHaveLength(1);
    }
  });

  test("of a replacement and a removal that expect the same etag exactly one wins", async () => {
    await fresh();
    for (let round = 0; round < 15; round++) {
      await write({ members: [member("a", `s${round}`)] });
      const done = await Promise.allSettled([
        write({ members: [member("a", `r${round}`, { expect: { etag: `s${round}` } })] }),
        write({ removals: [{ name: "a", expect: { etag: `s${round}` } }] }),
      ]);
      expect(done.filter((d) => d.status === "fulfilled")).toHaveLength(1);
      const there = await names();
      expect(there).toEqual(done[0].status === "fulfilled" ? ["a"] : []);
    }
  });

  test("a client that syncs all along ends with what is there (SYNC-21, SYNC-83)", async () => {
    await fresh();
    const client = new Map<string, string | null>();
    let seen = 1;
    let writing = true;
    const sync = async () => {
      const page = await seenSince(db, at.calendar, seen);
      for (const c of page.changes) {
        if (c.removed) client.delete(c.name);
        else client.set(c.name, c.etag);
      }
      seen = page.current;
    };
    const poll = (async () => {
      while (writing) await sync();
    })();
    const writer = async (w: number) => {
      for (let i = 0; i < 25; i++) {
        const name = `m${(i * 7 + w) % 10}`;
        if (i % 3 === 2) await write({ removals: [{ name, expect: "none" }] });
        else await write({ members: [member(name, `${w}.${i}`)] });
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
    writing = false;
    await poll;
    await sync();
    const truth = await db.rows<{ name: string; etag: string }>(
      sql`select name, etag from object where collection_id = ${at.calendar} order by name`,
    );
    expect([...client].sort()).toEqual(truth.map((t) => [t.name, t.etag]));
  });
});
