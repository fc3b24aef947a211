import { type Octets, octetsOf, textOf } from "@kalends/dav-xml";
import { type Revision, raw, type Sql } from "@kalends/store";
import type { Reduce } from "../exchange.js";
import { shownOf } from "../privacy/visible.js";
import type { MemberColumn } from "../property.js";
import type { MemberRow } from "../resource.js";

const milliseconds = (column: string): string => `floor(extract(epoch from o.${column}) * 1000)::bigint`;

/** Each column, as an expression on `object o`. */
export const expressions: Readonly<Record<MemberColumn, string>> = {
  etag: "o.etag",
  uid: "o.uid",
  component: "o.component",
  size: "o.size",
  revision: "o.revision",
  scheduleTag: "o.schedule_tag",
  createdAt: milliseconds("created_at"),
  modifiedAt: milliseconds("modified_at"),
  data: "o.data",
};

export const memberColumns = Object.freeze(Object.keys(expressions)) as readonly MemberColumn[];

/**
 * One member of `object o` as a JSON array: the name, then the columns asked for, in the order of the table, then the text
 * of what is not public where `inPart` holds, to show a part of it.
 */
export function memberJson(columns: ReadonlySet<MemberColumn>, inPart = "false"): Sql {
  const isPart = `${inPart} and o.class <> 'public'`;
  const whole = inPart === "false" ? expressions.data : `case when ${isPart} then null else o.data end`;
  const wanted = memberColumns
    .filter((column) => columns.has(column))
    .map((column) => (column === "data" ? whole : expressions[column]));
  const hidden = inPart === "false" ? "null" : `case when ${isPart} then o.data end`;
  return raw(`json_build_array(${["o.name", ...wanted, hidden].join(", ")})`);
}

/**
 * Reads what `memberJson` made, as somebody sees it who sees all (`reduce` null) or a part; null where he sees nothing.
 * Columns not asked for are left empty; the plan saw to it that nobody looks at them.
 */
export function memberReader(
  columns: ReadonlySet<MemberColumn>,
): (cells: readonly unknown[], reduce: Reduce | null) => MemberRow | null {
  const wanted = memberColumns.filter((column) => columns.has(column));
  return (cells, reduce) => {
    const row: Record<string, unknown> = blank(cells[0] as string);
    wanted.forEach((column, i) => {
      row[column] = cells[i + 1];
    });
    const hidden = cells[wanted.length + 1];
    if (typeof hidden !== "string") return row as unknown as MemberRow;
    if (reduce === null) return (columns.has("data") ? { ...row, data: hidden } : row) as unknown as MemberRow;
    return reducedRow(row as unknown as MemberRow, hidden, reduce, columns.has("data"));
  };
}

/** A member as those see it who see a part; null where they see nothing. */
export function reducedRow(member: MemberRow, text: string, reduce: Reduce, withData: boolean): MemberRow | null {
  const shown = shownOf(text, reduce);
  if (shown === null) return null;
  const { data, ...state } = shown;
  return { ...member, ...state, ...(withData ? { data } : {}), scheduleTag: null, reduced: true };
}

/** The text of a member whose body was asked for. */
export const bodyOf = ({ data, stored = NOTHING }: MemberRow): string => data ?? textOf(stored);

/** The same as octets. */
export const bodyOctets = ({ data, stored = NOTHING }: MemberRow): Octets =>
  data === undefined ? stored : octetsOf(data);

const NOTHING = octetsOf("");

/** Columns not asked for are left empty; the plan saw to it that nobody looks at them. */
export const blank = (name: string): Record<string, unknown> & Omit<MemberRow, "data"> => ({
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
