import type { OctetRows } from "../octet-rows.js";
import type { CellForm } from "./pg-messages.js";
import type { DecodeCell } from "./values.js";

export interface Column {
  readonly name: string;
  readonly decode: DecodeCell;
}
export type Columns = readonly Column[];

/** Makes of the rows of one statement what its caller wants; `start` is where a row's count of cells stands. */
export interface RowReader<R> {
  readonly form: CellForm;
  row(octets: Buffer, start: number, columns: Columns): void;
  rows(): R;
}

/** Rows as objects, their cells decoded by type. */
export function decoded(): RowReader<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  return {
    form: "printed",
    row(octets, start, columns) {
      const row: Record<string, unknown> = {};
      let at = start + 2;
      for (const { name, decode } of columns) {
        const length = octets.readInt32BE(at);
        at += 4;
        row[name] = length < 0 ? null : decode(octets, at, at + length);
        at += Math.max(length, 0);
      }
      rows.push(row);
    },
    rows: () => rows,
  };
}

/** Rows as octets, not decoded. */
export function undecoded(): RowReader<OctetRows> {
  const rows: (Buffer | null)[][] = [];
  return {
    form: "kept",
    row(octets, start) {
      const cells: (Buffer | null)[] = [];
      let at = start + 2;
      for (let left = octets.readInt16BE(start); left > 0; left -= 1) {
        const length = octets.readInt32BE(at);
        at += 4;
        cells.push(length < 0 ? null : octets.subarray(at, at + length));
        at += Math.max(length, 0);
      }
      rows.push(cells);
    },
    rows: () => ({ count: rows.length, cell: (row, column) => rows[row]?.[column] ?? null }),
  };
}
