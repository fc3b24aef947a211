import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../database.js";
import { NestedQuery, StoreError } from "../errors.js";
import { sql, timestamp } from "../sql.js";
import { engines } from "./engines.js";

describe.each(engines)("values on $name", (engine) => {
  let db: Database;
  beforeAll(async () => {
    db = await engine.open();
  });
  afterAll(() => db.close());

  const read = async (q: ReturnType<typeof sql>) => Object.values((await db.one<Record<string, unknown>>(q)) ?? {})[0];

  test.each([
    ["int8 as a number", sql`select 9007199254740991::int8`, Number.MAX_SAFE_INTEGER],
    ["numeric as text", sql`select 1.50::numeric`, "1.50"],
    ["date as text", sql`select '2026-03-29'::date`, "2026-03-29"],
    ["timestamptz as epoch milliseconds", sql`select '2026-03-29 01:02:03.4567+02'::timestamptz`, 1774738923456],
    ["timestamptz before the year 1000", sql`select '0800-01-01 00:00+00'::timestamptz`, Date.UTC(800, 0, 1)],
    ["timestamptz after the year 9999", sql`select '12000-01-01 00:00+00'::timestamptz`, Date.UTC(12000, 0, 1)],
    ["infinity", sql`select 'infinity'::timestamptz`, Number.POSITIVE_INFINITY],
    ["bytea as bytes", sql`select ${new Uint8Array([0, 1, 255])}::bytea`, new Uint8Array([0, 1, 255])],
    ["jsonb as value", sql`select ${'{"a":[1,null]}'}::jsonb`, { a: [1, null] }],
    ["json as value", sql`select '[1]'::json`, [1]],
    ["boolean", sql`select ${true}::boolean`, true],
    ["null", sql`select ${null}::text`, null],
    ["interval as text", sql`select '1 day 2 hours'::interval`, "1 day 02:00:00"],
    ["double", sql`select ${0.1}::float8`, 0.1],
    ["uuid as text", sql`select 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    [
      "text[]",
      sql`select ${["a", 'b"\\', "", "NULL", null, "x,{y}", "ä\n"]}::text[]`,
      ["a", 'b"\\', "", "NULL", null, "x,{y}", "ä\n"],
    ],
    ["empty array", sql`select ${[]}::text[]`, []],
    ["int8[]", sql`select ${[1, 2n, null]}::int8[]`, [1, 2, null]],
    ["boolean[]", sql`select ${[true, false]}::boolean[]`, [true, false]],
    ["bytea[]", sql`select ${[new Uint8Array([92, 34])]}::bytea[]`, [new Uint8Array([92, 34])]],
    ["bigint parameter", sql`select ${9007199254740991n}::int8`, Number.MAX_SAFE_INTEGER],
    ["timestamp()", sql`select ${timestamp(1774738923456)}`, 1774738923456],
    ["text that looks like a placeholder", sql`select ${"$1"}::text`, "$1"],
  ])("%s", async (_, q, expected) => {
    expect(await read(q)).toEqual(expected);
  });

  test("an int8 beyond the safe range is an error, not a wrong number", async () => {
    await expect(read(sql`select 9007199254740993::int8`)).rejects.toThrow(StoreError);
    expect(await read(sql`select 1`)).toBe(1);
  });

  test("NUL in text is refused with 22021", async () => {
    await expect(read(sql`select ${"a\0b"}::text`)).rejects.toMatchObject({ code: "22021" });
  });

  test("rows come as octets, whatever is in the values and the cells", async () => {
    const odd = ["plain", "it's \\ $1 ''", "ä\r\n🎉", ""];
    const rows = await db.octets(sql`
      select t, null::text, n::int from unnest(${odd}::text[]) with ordinality as u(t, n)
      where t <> ${"it's \\ $2"} and n > ${0}::bigint order by n`);
    const decoder = new TextDecoder();
    expect(Array.from({ length: rows.count }, (_, n) => decoder.decode(rows.cell(n, 0) ?? undefined))).toEqual(odd);
    expect([rows.cell(1, 1), rows.integer(3, 2), rows.cell(4, 0)]).toEqual([null, 4, null]);
    expect((await db.octets(sql`select 'x'::text where false`)).count).toBe(0);
    const long = await db.octets(sql`select repeat('y', 300000) from generate_series(1, 3)`);
    expect([0, 1, 2].map((n) => long.cell(n, 0)?.byteLength)).toEqual([300_000, 300_000, 300_000]);
  });

  test("a query for octets that fails leaves the store usable", async () => {
    await expect(db.octets(sql`select (1 / ${0}::int)::text`)).rejects.toThrow(/division/);
    await expect(db.octets(sql`select ${"a\0b"}::text`)).rejects.toThrow();
    await expect(db.read(() => db.octets(sql`select 'x'`))).rejects.toThrow(NestedQuery);
    expect((await db.octets(sql`select 'x'::text`)).count).toBe(1);
  });

  test("objects are refused as values", async () => {
    const value = { a: 1 } as unknown as string;
    await expect(read(sql`select ${value}::jsonb`)).rejects.toThrow(/JSON text/);
  });

  test("megabytes of text arrive whole", async () => {
    const text = "kalends ".repeat(500_000);
    expect(await read(sql`select md5(${text}::text) = md5(repeat('kalends ', 500000))`)).toBe(true);
    expect(await read(sql`select ${text}::text`)).toBe(text);
  });
});
