import fc from "fast-check";
import { expect, test } from "vitest";
import { empty, join, raw, sql, template } from "./sql.js";

test("values become parameters, fragments are put in place and renumbered", () => {
  const inner = sql`b = ${2} or c = ${[3, 4]}`;
  const q = sql`select ${raw("x.y")} from t where a = ${1} and (${inner}) and d = ${null}${empty}`;
  expect(q.text).toBe("select x.y from t where a = $1 and (b = $2 or c = $3) and d = $4");
  expect(q.values).toEqual([1, 2, [3, 4], null]);
});

test("join puts the separator between and renumbers", () => {
  const q = sql`${0} ${join([sql`a = ${1}`, sql`b = ${2}`, raw("c")], " and ")}`;
  expect(q.text).toBe("$1 a = $2 and b = $3 and c");
  expect(q.values).toEqual([0, 1, 2]);
  expect(join([]).text).toBe("");
});

test("an object that merely looks like a fragment is a value, not text", () => {
  const forged = { text: "drop table object", values: [] };
  expect(sql`select ${forged}`.text).toBe("select $1");
});

test("a template is composed once and filled again and again", () => {
  let composed = 0;
  const name = (from: { name: string }) => from.name;
  const made = template<{ name: string; list: readonly number[] }>((slot) => {
    composed += 1;
    return sql`a = ${slot(name)} and b = any(${slot(({ list }) => list)}) and c = ${7} and (${sql`d = ${slot(name)}`})`;
  });
  const [first, second] = [made({ name: "x", list: [1] }), made({ name: "y", list: [] })];
  expect(first.text).toBe("a = $1 and b = any($2) and c = $3 and (d = $4)");
  expect(first.values).toEqual(["x", [1], 7, "x"]);
  expect(second.text).toBe(first.text);
  expect(second.values).toEqual(["y", [], 7, "y"]);
  expect(sql`select ${9} where ${second}`.text).toBe("select $1 where a = $2 and b = any($3) and c = $4 and (d = $5)");
  expect(composed).toBe(1);
});

test("however fragments are nested, placeholder n stands for value n", () => {
  const tree = fc.letrec<{ node: ReturnType<typeof sql> }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.string().map((v) => sql`(${v})`),
      fc.tuple(tie("node"), fc.string(), tie("node")).map(([a, v, b]) => sql`(${a}, ${v}, ${join([b, a])})`),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (q) => {
      const numbers = [...q.text.matchAll(/\$(\d+)/g)].map((m) => Number(m[1]));
      expect(numbers).toEqual(q.values.map((_, i) => i + 1));
    }),
  );
});
