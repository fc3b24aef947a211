import type { OctetRows, Sql } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { cellsOf } from "./cell-text.js";

const SEPARATOR = "\u001f";

/** One row: the text of all cells, none where there are no rows, and the number of rows. */
const answerOf = (cells: string | null, count: number): OctetRows => ({
  count: 1,
  cell: () => (cells === null ? null : new TextEncoder().encode(cells)),
  text: () => cells ?? "",
  integer: () => count,
});

const told = (rows: readonly (readonly string[])[]) => {
  const separators: string[] = [];
  const ask = async ({ values: [given] }: Sql) => {
    const separator = typeof given === "string" ? given : SEPARATOR;
    separators.push(separator);
    return answerOf(rows.length === 0 ? null : rows.flat().join(separator), rows.length);
  };
  return { separators, ask };
};

const apart = async (rows: readonly (readonly string[])[], width: number) => {
  const { ask, separators } = told(rows);
  const answer = await cellsOf(ask, width, () => "new");
  const stretches = [...(answer?.rows.stretches() ?? [])];
  const isPlain = stretches.every((stretch) => stretch.isPlain);
  return { rows: answer?.rows, all: stretches.flatMap(({ cells }) => cells), separators, isPlain };
};

describe("a listing that comes as one text", () => {
  it("comes apart into its cells, none of none", async () => {
    expect(
      (
        await apart(
          [
            ["a", "1"],
            ["b", ""],
          ],
          2,
        )
      ).all,
    ).toEqual(["a", "1", "b", ""]);
    const { all, separators } = await apart([], 2);
    expect([all, separators]).toEqual([[], [SEPARATOR]]);
  });

  it("comes in stretches of whole rows, and each row can be asked for", async () => {
    const many = Array.from({ length: 1234 }, (_, n) => [`${n}`, `-${n}`]);
    const { rows, all } = await apart(many, 2);
    expect(all).toEqual(many.flat());
    expect([...(rows?.stretches() ?? [])].map(({ cells }) => cells.length)).toEqual([1000, 1000, 468]);
    expect([0, 499, 500, 1233, 1234].map((n) => rows?.row(n)?.[1])).toEqual(["-0", "-499", "-500", "-1233", undefined]);
  });

  it.each([
    ["a-1_b.ics", true],
    ["a@b~c.ics", true],
    ["a b", false],
    ["a+b", false],
    ["a%b", false],
    ["a&b", false],
    ["a'b", false],
    ["é", false],
    ["a/b", false],
    [`a${SEPARATOR}b`, false],
  ])("tells of %s whether it needs no escape anywhere: %s (RFC 3986 2.3)", async (cell, expected) => {
    expect((await apart([[cell, "1"]], 2)).isPlain).toBe(expected);
  });

  it("is asked for again where a cell holds the separator", async () => {
    const rows = [
      [`a${SEPARATOR}`, SEPARATOR],
      ["b", "2"],
    ];
    const { all, separators } = await apart(rows, 2);
    expect(all).toEqual(rows.flat());
    expect(separators).toEqual([SEPARATOR, `${SEPARATOR}new${SEPARATOR}`]);
  });
});
