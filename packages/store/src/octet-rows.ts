/** Rows as the database has them: text in UTF-8, an integer in four octets, none for null. One buffer holds them all. */
export interface OctetRows {
  readonly count: number;
  cell(row: number, column: number): Uint8Array | null;
}

const encoder = new TextEncoder();

/** The octets of an `integer` cell. */
export function integerOctets(value: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setInt32(0, value);
  return octets;
}

/** What an `integer` cell holds. */
export const integerOf = (cell: Uint8Array | null): number =>
  cell === null ? 0 : new DataView(cell.buffer, cell.byteOffset, 4).getInt32(0);

/** The same from an engine that gives rows as values: text and integers. */
export function octetRowsOf(rows: readonly Readonly<Record<string, unknown>>[]): OctetRows {
  const cells = rows.map((row) =>
    Object.values(row).map((value) => {
      if (value === null) return null;
      return typeof value === "number" ? integerOctets(value) : encoder.encode(String(value));
    }),
  );
  return { count: cells.length, cell: (row, column) => cells[row]?.[column] ?? null };
}
