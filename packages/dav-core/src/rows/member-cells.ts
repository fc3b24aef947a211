import { type Octets, octetsOf, textOf } from "@kalends/dav-xml";
import { join, raw, type Sql, sql } from "@kalends/store";
import type { Reduce } from "../exchange.js";
import type { MemberColumn } from "../property.js";
import type { MemberRow } from "../resource.js";
import { blank, expressions, memberColumns, reducedRow } from "./member-row.js";

/** How a column becomes a cell, which is text and never null, and a cell its value. */
interface Form {
  readonly cell: (column: string) => string;
  readonly read: (cell: Octets) => unknown;
  /** What the value is in the row, if not the column. */
  readonly as?: keyof MemberRow;
}

const text: Form = { cell: (column) => column, read: textOf };
const number: Form = { cell: (column) => `(${column})::text`, read: Number };
/** What may be null begins with a mark where it is not. */
const optional: Form = {
  cell: (column) => `coalesce('+' || ${column}, '')`,
  read: (cell) => (cell === "" ? null : textOf(cell).slice(1)),
};

const FORMS: Readonly<Record<MemberColumn, Form>> = {
  etag: text,
  uid: text,
  component: text,
  size: number,
  revision: number,
  scheduleTag: optional,
  createdAt: number,
  modifiedAt: number,
  data: { ...text, read: (cell) => cell, as: "stored" },
};

const NOTHING = octetsOf("");

/** How some columns of members are asked for, and what comes back is read. */
export interface MemberCells {
  /** Cells of a member: the name is the first. */
  readonly width: number;
  /** The select list on `object o`. */
  readonly select: Sql;
  /** The same list for the name of what is no member. */
  readonly none: Sql;
  /** How far behind the name the cell of a column is. */
  place(column: MemberColumn): number;
  /** The cells of one row of a selection called `o`, as one text. */
  joined(separator: Sql): Sql;
  /** The member whose cells begin at `at`, as somebody sees it who sees all (`reduce` null) or a part; null = nothing. */
  read(cells: readonly Octets[], at: number): MemberRow | null;
}

/**
 * Cells for the columns asked for. With `reduce` the text of what is not public comes along, to show a part of it. Who
 * meets the condition `sure` on `object o` is marked so, and his text stays where it is.
 */
export function memberCells(columns: ReadonlySet<MemberColumn>, reduce: Reduce | null, sure?: Sql): MemberCells {
  const wanted = memberColumns.filter((column) => columns.has(column));
  const hidden = "case when o.class <> 'public' then '+' || o.data else '' end";
  const selected = wanted.map((column) =>
    FORMS[column].cell(column === "data" ? dataFor(reduce) : expressions[column]),
  );
  const list = ["o.name", ...selected, ...(reduce === null ? [] : [hidden])];
  const cell = (n: number): string => (n === 0 ? "name" : `c${n}`);
  const textAt = sure ? 1 + wanted.indexOf("data") : -1;
  const readers = wanted.map((column) => ({ name: FORMS[column].as ?? column, read: FORMS[column].read }));
  return {
    width: list.length,
    select: sure
      ? join(list.map((each, n) => sql`${n === textAt ? unless(sure, each) : raw(each)} as ${raw(cell(n))}`))
      : raw(list.map((each, n) => `${each} as ${cell(n)}`).join(", ")),
    none: raw(list.map((_, n) => (n === 0 ? "name" : `''::text as ${cell(n)}`)).join(", ")),
    place: (column) => wanted.indexOf(column) + 1,
    joined: (separator) =>
      list.slice(1).reduce((all, _, n) => sql`${all} || ${separator} || ${raw(`o.${cell(n + 1)}`)}`, raw("o.name")),
    read(cells, at) {
      const row: Record<string, unknown> = blank(textOf(cells[at] ?? NOTHING));
      for (let n = 0; n < readers.length; n += 1) {
        const reader = readers[n];
        if (reader) row[reader.name] = reader.read(cells[at + n + 1] ?? NOTHING);
      }
      const part = reduce === null ? "" : textOf(cells[at + readers.length + 1] ?? NOTHING);
      // No stored text is empty.
      if (sure && part === "" && row.stored === "") row.sure = true;
      const member = row as unknown as MemberRow;
      return reduce === null || part === "" ? member : reducedRow(member, part.slice(1), reduce, columns.has("data"));
    },
  };
}

const unless = (sure: Sql, text: string): Sql => sql`case when ${sure} then '' else ${raw(text)} end`;

type Mutable = { -readonly [Column in keyof MemberRow]: MemberRow[Column] };

/** The same with one more cell, which says whether a condition on `object o` holds. */
export const markedCells = ({ width, select, none, joined, read, place }: MemberCells, sure: Sql): MemberCells => ({
  place,
  width: width + 1,
  select: sql`${select}, case when ${sure} then '+' else '' end as sure`,
  none: sql`${none}, ''::text as sure`,
  joined: (separator) => sql`${joined(separator)} || ${separator} || o.sure`,
  read(cells, at) {
    // It was just made; a copy of each row is what a long listing would notice.
    const member: Mutable | null = read(cells, at);
    if (member !== null && cells[at + width] === "+") member.sure = true;
    return member;
  },
});

/** The text of what is shown in part comes once, in the last cell. */
const dataFor = (reduce: Reduce | null): string =>
  reduce === null ? expressions.data : "case when o.class = 'public' then o.data else '' end";
