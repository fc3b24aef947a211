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
