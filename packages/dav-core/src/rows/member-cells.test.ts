import { sql } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { cellsOf, memberCells, SEPARATOR } from "./member-cells.js";

const told = (rows: readonly (readonly string[])[]) => {
  const separators: string[] = [];
  const ask = async (separator: string) => {
    separators.push(separator);
    return { cells: rows.length === 0 ? null : rows.flat().join(separator), rows: rows.length };
  };
  return { separators, ask };
};

describe("a listing that comes as one text", () => {
  it("comes apart into its cells, none of none", async () => {
    const { ask, separators } = told([
      ["a", "1"],
      ["b", ""],
    ]);
    expect((await cellsOf(ask, 2, () => "x"))?.cells).toEqual(["a", "1", "b", ""]);
    expect((await cellsOf(told([]).ask, 2, () => "x"))?.cells).toEqual([]);
    expect(separators).toEqual([SEPARATOR]);
  });

  it("is asked for again where a cell holds the separator", async () => {
    const odd = `a${SEPARATOR}`;
    const { ask, separators } = told([
      [odd, SEPARATOR],
      ["b", "2"],
    ]);
    expect((await cellsOf(ask, 2, () => "new"))?.cells).toEqual([odd, SEPARATOR, "b", "2"]);
    expect(separators).toEqual([SEPARATOR, `${SEPARATOR}new${SEPARATOR}`]);
  });

  it("reads columns where the statement puts them, in part where something is hidden (SHR-90)", () => {
    const columns = new Set(["etag", "size", "scheduleTag", "data"] as const);
    const all = memberCells(columns, null);
    expect(all.read(["-", "a.ics", "tag", "12", "+s", "text"], 1)).toMatchObject({
      name: "a.ics",
      etag: "tag",
      size: 12,
      scheduleTag: "s",
      data: "text",
    });
    expect(all.joined(sql`${"-"}::text`).values).toHaveLength(all.width - 1);
    const part = memberCells(columns, (text) => (text === "secret" ? null : text.toUpperCase()));
    expect(part.read(["a.ics", "tag", "12", "", "text", ""], 0)).toMatchObject({ scheduleTag: null, data: "text" });
    expect(part.read(["a.ics", "tag", "12", "+s", "", "+some"], 0)).toMatchObject({
      data: "SOME",
      size: 4,
      scheduleTag: null,
      reduced: true,
    });
    expect(part.read(["a.ics", "tag", "12", "", "", "+secret"], 0)).toBeNull();
  });
});
