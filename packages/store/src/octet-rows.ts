/** Rows as the database has them. Of a cell there is nothing until it is asked for. */
export interface OctetRows {
  readonly count: number;
  /** The octets of a text in UTF-8, in memory that other rows share. */
  cell(row: number, column: number): Uint8Array | null;
  /** The text itself; empty for null. */
  text(row: number, column: number): string;
  /** An `integer`; 0 for null. */
  integer(row: number, column: number): number;
}

const encoder = new TextEncoder();

/** The same from an engine that gives rows as values: text and integers. */
export function octetRowsOf(rows: readonly Readonly<Record<string, unknown>>[]): OctetRows {
  const values = rows.map((row) => Object.values(row));
  const value = (row: number, column: number): unknown => values[row]?.[column] ?? null;
  const text = (row: number, column: number): string => {
    const found = value(row, column);
    return found === null ? "" : String(found);
  };
  return {
    count: rows.length,
    cell: (row, column) => (value(row, column) === null ? null : encoder.encode(text(row, column))),
    text,
    integer: (row, column) => Number(value(row, column)),
  };
}
