/** Rows as the database has them: text in UTF-8, an integer in four octets, none for null. One buffer holds them all. */
export interface OctetRows {
  readonly count: number;
  cell(row: number, column: number): Uint8Array | null;
}

/** What an `integer` cell holds. */
export const integerOf = (cell: Uint8Array | null): number =>
  cell === null ? 0 : new DataView(cell.buffer, cell.byteOffset, 4).getInt32(0);
