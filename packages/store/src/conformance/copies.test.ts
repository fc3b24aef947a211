import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownTables } from "../backup/catalog.js";
import { giveCopy } from "../backup/give.js";
import { collectionProofs } from "../backup/proof.js";
import type { CopyEnd, CopyHeader, CopySegment, CopySink } from "../backup/records.js";
import { takeCopy } from "../backup/take.js";
import type { Database } from "../database.js";
import { CopyRefused } from "../errors.js";
import { coreMigrations } from "../migrate.js";
import { raw, sql } from "../sql.js";
import { writeObjects } from "../statements/write-objects.js";
import { engines, type Household, household, member } from "./engines.js";

interface Copy {
  readonly header: CopyHeader;
  readonly segments: readonly CopySegment[];
  readonly end: CopyEnd;
}

async function copyOf(db: Database): Promise<Copy> {
  const segments: CopySegment[] = [];
  let [header, end]: [CopyHeader | undefined, CopyEnd | undefined] = [undefined, undefined];
  await giveCopy(db, {
    begin: async (told) => void (header = told),
    segment: async (told) => void segments.push(told),
    end: async (told) => void (end = told),
  });
  if (!header || !end) throw new Error("the copy is not whole");
  return { header, segments, end };
}

const give =
  ({ header, segments, end }: Copy) =>
  async (sink: CopySink) => {
    await sink.begin(header);
    for (const segment of segments) await sink.segment(segment);
    await sink.end(end);
  };

/** Every table with what it is, from the other view of the catalog. */
const tablesOf = (db: Database) =>
  db.rows<{ name: string }>(sql`
    select table_name::text as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`);

const odd = "tab\tline\r\nback\\slash \\N \\. \u{1f389} 会議";

async function fill(db: Database): Promise<Household> {
  const at = await household(db, "copies");
  const members = [
    ...Array.from({ length: 30 }, (_, n) => member(`m${n}`, `e${n}`)),
    member("odd", odd, { data: odd }),
  ];
  await db.rows(writeObjects({ collection: at.calendar, by: at.ann, via: "caldav", members, removals: [] }));
  const removals = [{ name: "m3", expect: "none" as const }];
  await db.rows(writeObjects({ collection: at.calendar, by: at.ann, via: "caldav", members: [], removals }));
  await db.script(`insert into content default values;
    insert into content_chunk select 1, n, decode(repeat(lpad(to_hex(n), 2, '0'), 300000), 'hex') from generate_series(1, 9) n;
    insert into occurrence values (${at.calendar}, 3, 'm1', 1, 'busy', '', '{[1,2),[5,9)}');
    insert into setting values ('some', '{"a": ["\\\\", null, "\\n"]}')`);
  return at;
}

describe.each(engines)("copies of the whole database on $name", (engine) => {
  let db: Database;
  let at: Household;
  let copy: Copy;
  const opened: Database[] = [];
  const open = async (on = engine) => {
    const made = await on.open();
    opened.push(made);
    return made;
  };
  beforeAll(async () => {
    db = await open();
    at = await fill(db);
    copy = await copyOf(db);
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
  });

  test("every table is copied with all its columns, or named as one that the migrations make", async () => {
    const all = (await tablesOf(db)).map(({ name }) => name).sort();
    expect([...copy.header.tables.map(({ name }) => name), ...ownTables].sort()).toEqual(all);
    const columns = await db.rows<{ table: string; column: string }>(sql`
      select table_name::text as table, column_name::text as column from information_schema.columns
      where table_schema = current_schema() and is_generated = 'NEVER' and not table_name = any(${ownTables}::text[])`);
    const copied = copy.header.tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`));
    expect(copied.sort()).toEqual(columns.map(({ table, column }) => `${table}.${column}`).sort());
  });

  test("what arrives is what was there: rows, revisions, entity tags, and where numbers go on", async () => {
    const other = await open();
    const { proof, migrated } = await takeCopy(other, coreMigrations(), give(copy));
    expect(migrated).toEqual([]);
    expect(proof).toEqual(copy.end);
    expect(await collectionProofs(other)).toEqual(await collectionProofs(db));
    const again = await copyOf(other);
    expect(again.end).toEqual(copy.end);
    const texts = ({ segments }: Copy) =>
      segments
        .flatMap(({ table, octets }) =>
          Buffer.from(octets)
            .toString("utf8")
            .split("\n")
            .map((line) => `${table}: ${line}`),
        )
        .sort();
    expect(texts(again)).toEqual(texts(copy));
    const next = await other.one<{ id: number }>(sql`insert into content default values returning id`);
    expect(next).toEqual({ id: 2 });
  });

  test("leaves indexes, references and computed columns as the migrations made them", async () => {
    const other = await open();
    const definitions = (from: Database) =>
      from.rows(sql`
        select pg_get_indexdef(indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indrelid
          where c.relnamespace = current_schema()::regnamespace
        union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
          where connamespace = current_schema()::regnamespace order by 1`);
    const before = await definitions(other);
    await takeCopy(other, coreMigrations(), give(copy));
    expect(await definitions(other)).toEqual(before);
    expect(await other.rows(sql`select distinct class from object`)).toEqual([{ class: "public" }]);
  });

  test("rows come in portions of a megabyte, however large a table is", () => {
    const chunks = copy.segments.filter(({ table }) => table === "content_chunk");
    expect(chunks.map(({ rows }) => rows)).toEqual([4, 3, 2]);
    expect(Math.max(...chunks.map(({ octets }) => octets.length))).toBeLessThan(3_000_000);
  });

  test("is of one moment: what is written while it is given is in none of its tables", async () => {
    const late = writeObjects({
      collection: at.calendar,
      by: at.ann,
      via: "caldav",
      members: [member("late", "late")],
      removals: [],
    });
    let begun: () => void = () => undefined;
    // Somebody else's, who knows nothing of the copy.
    const writing = new Promise<void>((resolve) => (begun = resolve)).then(() => db.rows(late));
    let seen = 0;
    const copied: CopyEnd[] = [];
    await giveCopy(db, {
      async begin() {
        begun();
        if (db.engine === "postgres") await writing;
      },
      segment: async ({ octets }) => void (seen += Number(Buffer.from(octets).includes("late"))),
      end: async (told) => void copied.push(told),
    });
    await writing;
    expect(seen).toBe(0);
    expect(copied[0]?.collections).toEqual(copy.end.collections);
    expect(await collectionProofs(db)).not.toEqual(copy.end.collections);
  });

  const refused = async (target: Database, bad: Copy, why: RegExp) => {
    const before = await target.rows(raw("select count(*) as n from collection"));
    const failure = takeCopy(target, coreMigrations(), give(bad));
    await expect(failure).rejects.toThrow(CopyRefused);
    await expect(failure).rejects.toThrow(why);
    expect(await target.rows(raw("select count(*) as n from collection"))).toEqual(before);
  };

  test("a database with an account takes none", async () => {
    const other = await open();
    await household(other, "there");
    await refused(other, copy, /not empty/);
  });

  test("a copy of a newer program is refused, and so is one whose rows are not all there", async () => {
    const other = await open();
    const schema = [...copy.header.schema, { id: "9999-future", checksum: "" }];
    await refused(other, { ...copy, header: { ...copy.header, schema } }, /9999-future.*newer program/);
    const fewer = copy.segments.filter(({ table }) => table !== "tombstone");
    await refused(other, { ...copy, segments: fewer }, /"tombstone" did not arrive/);
    await expect(takeCopy(other, coreMigrations(), (sink) => sink.begin(copy.header))).rejects.toThrow(/no end/);
    await takeCopy(other, coreMigrations(), give(copy));
    expect(await collectionProofs(other)).toEqual(copy.end.collections);
  });
});
