import { type Revision, raw, type Sql } from "@kalends/store";
import type { MemberColumn } from "../property.js";
import type { MemberRow } from "../resource.js";

const milliseconds = (column: string): string => `floor(extract(epoch from o.${column}) * 1000)::bigint`;

const expressions: Readonly<Record<MemberColumn, string>> = {
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

/** One member of `object o` as a JSON array: the name, then the columns asked for, in the order of the table. */
export function memberJson(columns: ReadonlySet<MemberColumn>): Sql {
  const wanted = memberColumns.filter((column) => columns.has(column)).map((column) => expressions[column]);
  return raw(`json_build_array(${["o.name", ...wanted].join(", ")})`);
}

/** Reads what `memberJson` made. Columns not asked for are left empty; the plan saw to it that nobody looks at them. */
export function memberReader(columns: ReadonlySet<MemberColumn>): (cells: readonly unknown[]) => MemberRow {
  const wanted = memberColumns.filter((column) => columns.has(column));
  return (cells) => {
    const row: Record<string, unknown> = { ...unread, name: cells[0] };
    wanted.forEach((column, i) => {
      row[column] = cells[i + 1];
    });
    return row as unknown as MemberRow;
  };
}

const unread: Omit<MemberRow, "data"> = {
  name: "",
  etag: "",
  uid: "",
  component: "",
  size: 0,
  revision: 0 as Revision,
  scheduleTag: null,
  createdAt: 0,
  modifiedAt: 0,
};
