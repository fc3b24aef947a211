import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../database.js";
import { WriteRefused } from "../errors.js";
import { coreMigrations, migrate } from "../migrate.js";
import { openDatabase } from "../open.js";
import { sql } from "../sql.js";
import { createCollection } from "../statements/collections.js";
import { copyContent } from "../statements/transfer.js";
import type { ObjectsWrite, WrittenMember } from "../statements/objects-write.js";
import { writeObjects } from "../statements/write-objects.js";
import { engines, type Household, household, member, newCalendar } from "./engines.js";

const open = (name: string, etag: string) => member(name, etag, { index: '{"privacy":"public"}' });
const closed = (name: string, etag: string) => member(name, etag, { index: '{"privacy":"private"}' });

test("what was stored before there were classes gets one, and what went stays told of (RFC 5545 3.8.1.3)", async () => {
  const db = await openDatabase({ url: "embedded:memory" });
  try {
    const before = coreMigrations().filter(({ id }) => id < "0007");
    await migrate(db, before);
    const { calendar } = await household(db, "old");
    for (const word of ["PUBLIC", "PRIVATE"]) {
      const data = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nCLASS:${word}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
      await db.rows(sql`insert into object (collection_id, name, uid, component, etag, size, revision, data)
        values (${calendar}, ${word}, ${word}, 'VEVENT', 'x', 1, 2, ${data})`);
    }
    await db.rows(sql`insert into tombstone (collection_id, name, revision) values (${calendar}, 'gone', 3)`);
    await migrate(db, coreMigrations());
    expect(await db.rows(sql`select name, class from object order by name`)).toEqual([
      { name: "PRIVATE", class: "private" },
      { name: "PUBLIC", class: "public" },
    ]);
    expect(await db.rows(sql`select name, unseen_at from tombstone`)).toEqual([{ name: "gone", unseen_at: 3 }]);
  } finally {
    await db.close();
  }
});

describe.each(engines)("private objects on $name", (engine) => {
  let db: Database;
  let at: Household;
  let salt = 0;
  beforeAll(async () => {
    db = await engine.open({ random: Math.random });
  });
  afterAll(() => db.close());

  const fresh = async () => {
    at = await household(db, `p${++salt}`);
  };
  const write = (w: Partial<ObjectsWrite>) =>
    db.rows<WrittenMember>(
      writeObjects({ collection: at.calendar, by: at.ann, via: "caldav", members: [], removals: [], ...w }),
    );
  const lost = async () => ({
    there: await db.rows<{ unseen_at: number | null }>(
      sql`select name, class, unseen_at from object where collection_id = ${at.calendar} order by name`,
    ),
    gone: await db.rows<{ unseen_at: number | null }>(
      sql`select name, unseen_at from tombstone where collection_id = ${at.calendar} order by name`,
    ),
  });

  test.each([
    ["BEGIN:VEVENT\r\nUID:1\r\n", "public"],
    ["BEGIN:VEVENT\r\nCLASS:PUBLIC\r\nUID:1\r\n", "public"],
    ["BEGIN:VEVENT\r\nCLASS:CONFIDENTIAL\r\nUID:1\r\n", "confidential"],
    ["BEGIN:VEVENT\r\nCLASS;X-A=1:CONFIDENTIAL\r\n", "private"],
    ["BEGIN:VEVENT\r\nCL\r\n ASS:Confiden\r\n tial\r\nUID:1\r\n", "confidential"],
    ["BEGIN:VEVENT\nCLASS:PRIVATE\nUID:1\n", "private"],
    ["BEGIN:VEVENT\r\nCLASS:X-UNKNOWN\r\n", "private"],
    ["BEGIN:VEVENT\r\nDESCRIPTION:a\\nCLASS:PRIVATE\r\n", "public"],
    ["BEGIN:VEVENT\r\nCLASS:PUBLIC\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nCLASS:PRIVATE\r\n", "mixed"],
    ["X-CALENDARSERVER-ACCESS:PRIVATE\r\nBEGIN:VEVENT\r\n", "private"],
  ])(
    "the class of %j is told by the text where the index does not know it: %s (RFC 5545 3.8.1.3)",
    async (text, told) => {
      const data = `BEGIN:VCALENDAR\r\n${text}`;
      expect(await db.one(sql`select object_class('{}'::jsonb, ${data}) as class`)).toEqual({ class: told });
    },
  );

  test("the class of an object follows its index (RFC 5545 3.8.1.3)", async () => {
    await fresh();
    await write({ members: [open("a", "1"), closed("b", "1")] });
    await write({ members: [closed("a", "2"), open("b", "2")] });
    const { there } = await lost();
    expect(there).toMatchObject([
      { name: "a", class: "private" },
      { name: "b", class: "public" },
    ]);
  });

  test("what turns private is lost to others from there on, also when it goes later (RFC 6578 3.5.2)", async () => {
    await fresh();
    await write({ members: [open("a", "1"), closed("b", "1")] });
    await write({ members: [closed("a", "2"), closed("b", "2")] });
    await write({ members: [closed("a", "3")] });
    expect((await lost()).there).toMatchObject([
      { name: "a", unseen_at: 3 },
      { name: "b", unseen_at: null },
    ]);
    await write({ removals: ["a", "b"].map((name) => ({ name, expect: "none" })) });
    expect((await lost()).gone).toEqual([
      { name: "a", unseen_at: 3 },
      { name: "b", unseen_at: null },
    ]);
    await write({ members: [closed("a", "4"), open("b", "4")] });
    expect(await lost()).toMatchObject({
      there: [
        { name: "a", unseen_at: 3 },
        { name: "b", unseen_at: null },
      ],
      gone: [],
    });
    await write({ removals: [{ name: "b", expect: "none" }] });
    expect((await lost()).gone).toEqual([{ name: "b", unseen_at: 7 }]);
  });

  test("the same holds for objects that are written alone, by who knows what is there (RFC 6578 3.5.2)", async () => {
    await fresh();
    const known = (etag: string) => ({ expect: { etag } });
    const seen: unknown[] = [];
    const steps: Partial<ObjectsWrite>[] = [
      { members: [{ ...open("a", "1"), expect: "absent" }] },
      { members: [{ ...closed("a", "2"), ...known("1") }] },
      { members: [{ ...closed("a", "3"), ...known("2") }] },
      { removals: [{ name: "a", ...known("3") }] },
      { members: [{ ...closed("a", "4"), expect: "absent" }] },
      { members: [{ ...open("a", "5"), ...known("4") }] },
      { removals: [{ name: "a", ...known("5") }] },
    ];
    for (const step of steps) {
      await write(step);
      const { there, gone } = await lost();
      seen.push([...there, ...gone].map((row) => row.unseen_at));
    }
    expect(seen).toEqual([[null], [3], [3], [3], [3], [null], [8]]);
  });

  test.each<[string, Partial<ObjectsWrite>]>([
    ["creates what is there as", { members: [{ ...open("b", "2"), expect: "absent" }] }],
    ["knows and replaces", { members: [{ ...open("b", "2"), expect: { etag: "1" } }] }],
    ["knows and removes", { removals: [{ name: "b", expect: { etag: "1" } }] }],
    ["replaces", { members: [open("b", "2")] }],
    ["repeats", { members: [closed("b", "1")] }],
    ["removes", { removals: [{ name: "b", expect: "none" }] }],
  ])("a sealed write that %s what is not public changes nothing (SHR-90)", async (_, w) => {
    await fresh();
    await write({ members: [open("a", "1"), closed("b", "1")] });
    await expect(write({ sealed: true, ...w })).rejects.toMatchObject({ reason: "sealed", member: "b" });
    await expect(write({ sealed: true, ...w })).rejects.toBeInstanceOf(WriteRefused);
    const removals = [{ name: "a", expect: "none" as const }];
    expect(await write({ sealed: true, members: [closed("c", "1")], removals })).toHaveLength(2);
  });

  test("a copy of what is public leaves the rest behind (RFC 4918 9.8)", async () => {
    await fresh();
    await write({ members: [open("a", "1"), closed("b", "1")] });
    const made = await db.one<{ id: Household["calendar"] }>(createCollection(newCalendar(at.home, at.ann, "copy")));
    if (!made) throw new Error("nothing made");
    await db.rows(copyContent({ from: at.calendar, to: made.id, by: at.ann, via: "caldav", publicOnly: true }));
    expect(await db.rows(sql`select name from object where collection_id = ${made.id}`)).toEqual([{ name: "a" }]);
  });
});
