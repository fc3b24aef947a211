import { type Revision, raw, type Sql, sql } from "@kalends/store";
import type { Reduce } from "../exchange.js";
import { shownOf } from "../privacy/visible.js";
import type { MemberColumn } from "../property.js";
import type { MemberRow } from "../resource.js";

/** A cell is read as text, and empty where there is no row. */
interface Cell {
  readonly sql: string;
  readonly read: (cell: string) => unknown;
}

const text = (sql: string): Cell => ({ sql, read: (cell) => cell });
const number = (sql: string): Cell => ({ sql: `(${sql})::text`, read: Number });
/** What may be null begins with a mark where it is not. */
const optional = (sql: string): Cell => ({
  sql: `coalesce('+' || ${sql}, '')`,
  read: (cell) => (cell === "" ? null : cell.slice(1)),
});
const milliseconds = (column: string): Cell => number(`floor(extract(epoch from o.${column}) * 1000)::bigint`);

const CELLS: Readonly<Record<MemberColumn, Cell>> = {
  etag: text("o.etag"),
  uid: text("o.uid"),
  component: text("o.component"),
  size: number("o.size"),
  revision: number("o.revision"),
  scheduleTag: optional("o.schedule_tag"),
  createdAt: milliseconds("created_at"),
  modifiedAt: milliseconds("modified_at"),
  data: text("o.data"),
};

/**
 * Stands between the cells of a listing that comes as one text, which costs either side much less than rows or JSON. No
 * name or tag that a client gives holds this character; where a cell does, the listing is read again with a longer separator.
 */
export const SEPARATOR = "\u001f";

/** How some columns of members are asked for, and what comes back is read. */
export interface MemberCells {
  /** Cells of a member: the name is the first. */
  readonly width: number;
  /** The select list on `object o`. */
  readonly select: Sql;
  /** The same list for the name of what is no member. */
  readonly none: Sql;
  /** The cells of one row of a selection called `o`, as one text. */
  joined(separator: Sql): Sql;
  /** The member whose cells begin at `at`, as somebody sees it who sees all (`reduce` null) or a part; null = nothing. */
  read(cells: readonly string[], at: number): MemberRow | null;
}

const columnsInOrder = Object.keys(CELLS) as readonly MemberColumn[];

/** Cells for the columns asked for. With `reduce` the text of what is not public comes along, to show a part of it. */
export function memberCells(columns: ReadonlySet<MemberColumn>, reduce: Reduce | null): MemberCells {
  const wanted = columnsInOrder.filter((column) => columns.has(column));
  const hidden = "case when o.class <> 'public' then '+' || o.data else '' end";
  const selected = wanted.map((column) => (column === "data" ? dataFor(reduce) : CELLS[column].sql));
  const list = ["o.name", ...selected, ...(reduce === null ? [] : [hidden])];
  const cell = (n: number): string => (n === 0 ? "name" : `c${n}`);
  const readers = wanted.map((column) => ({ column, read: CELLS[column].read }));
  return {
    width: list.length,
    select: raw(list.map((each, n) => `${each} as ${cell(n)}`).join(", ")),
    none: raw(list.map((_, n) => (n === 0 ? "name" : `''::text as ${cell(n)}`)).join(", ")),
    joined: (separator) =>
      list.slice(1).reduce((all, _, n) => sql`${all} || ${separator} || ${raw(`o.${cell(n + 1)}`)}`, raw("o.name")),
    read(cells, at) {
      const row: Record<string, unknown> = blank(cells[at] ?? "");
      for (let n = 0; n < readers.length; n += 1) {
        const reader = readers[n];
        if (reader) row[reader.column] = reader.read(cells[at + n + 1] ?? "");
      }
      const member = row as unknown as MemberRow;
      const part = reduce === null ? "" : (cells[at + readers.length + 1] ?? "");
      return reduce === null || part === "" ? member : reducedRow(member, part.slice(1), reduce, columns.has("data"));
    },
  };
}

/** The text of what is shown in part comes once, in the last cell. */
const dataFor = (reduce: Reduce | null): string =>
  reduce === null ? "o.data" : "case when o.class = 'public' then o.data else '' end";

function reducedRow(member: MemberRow, text: string, reduce: Reduce, withData: boolean): MemberRow | null {
  const shown = shownOf(text, reduce);
  if (shown === null) return null;
  const { data, ...state } = shown;
  return { ...member, ...state, ...(withData ? { data } : {}), scheduleTag: null, reduced: true };
}

/** Columns not asked for are left empty; the plan saw to it that nobody looks at them. */
const blank = (name: string): Record<string, unknown> & Omit<MemberRow, "data"> => ({
  name,
  etag: "",
  uid: "",
  component: "",
  size: 0,
  revision: 0 as Revision,
  scheduleTag: null,
  createdAt: 0,
  modifiedAt: 0,
});

/** A long text of cells and how many there should be. */
export interface CellText {
  readonly cells: string | null;
  readonly rows: number;
}

/**
 * Reads rows of cells that come as one text. `ask` makes the statement with the separator given: it is asked once more with
 * one that nobody can know where the cells do not come apart as they should.
 */
export async function cellsOf<R extends CellText>(
  ask: (separator: string) => Promise<R | undefined>,
  width: number,
  newName: () => string,
): Promise<{ readonly found: R; readonly cells: readonly string[] } | undefined> {
  for (const separator of [SEPARATOR, `${SEPARATOR}${newName()}${SEPARATOR}`]) {
    const found = await ask(separator);
    if (!found) return undefined;
    const cells = found.cells === null ? [] : found.cells.split(separator);
    if (cells.length === width * found.rows) return { found, cells };
  }
  throw new RangeError("a listing does not come apart");
}
