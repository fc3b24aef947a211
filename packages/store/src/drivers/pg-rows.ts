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

/** Rows as octets: where they are is all that is kept of them, for a cell costs more memory than many a text. */
export function undecoded(): RowReader<OctetRows> {
  const rows: Buffer[] = [];
  const starts: number[] = [];
  const lookUp = <T>(
    row: number,
    column: number,
    none: T,
    read: (octets: Buffer, at: number, length: number) => T,
  ): T => {
    const octets = rows[row];
    const start = starts[row];
    if (octets === undefined || start === undefined || column >= octets.readInt16BE(start)) return none;
    let at = start + 2;
    for (let left = column; left > 0; left -= 1) at += 4 + Math.max(octets.readInt32BE(at), 0);
    const length = octets.readInt32BE(at);
    return length < 0 ? none : read(octets, at + 4, length);
  };
  return {
    form: "kept",
    row(octets, start) {
      rows.push(octets);
      starts.push(start);
    },
    rows: () => ({
      count: rows.length,
      cell: (row, column) => lookUp<Uint8Array | null>(row, column, null, subarrayAt),
      text: (row, column) => lookUp(row, column, "", textAt),
      integer: (row, column) => lookUp(row, column, 0, integerAt),
    }),
  };
}

const subarrayAt = (octets: Buffer, at: number, length: number) => octets.subarray(at, at + length);
const textAt = (octets: Buffer, at: number, length: number) => octets.toString("utf8", at, at + length);
const integerAt = (octets: Buffer, at: number) => octets.readInt32BE(at);
