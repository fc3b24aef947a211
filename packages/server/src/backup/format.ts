import type { CopyEnd, CopyHeader } from "@kalends/store";

// A backup is one gzip stream. Unpacked: a line of JSON that says what it is; for each portion of a table a line of JSON and
// after it that many octets, rows in COPY's text form; then a line of JSON with what the whole must be, and one with the checksum.

export const FORMAT = "kalends-backup";
export const FORMAT_VERSION = 1;

export interface FirstLine extends CopyHeader {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** When it was begun, as RFC 3339 has it. */
  readonly made: string;
}

export interface SegmentLine {
  readonly table: string;
  readonly rows: number;
  readonly octets: number;
  /** Of the octets that follow, in hexadecimal digits. */
  readonly sha256: string;
}

export interface EndLine {
  readonly end: CopyEnd;
}

export interface LastLine {
  /** Of everything before this line, in hexadecimal digits. */
  readonly sha256: string;
}

/** Most octets of one line, and of one portion: a row is never larger. */
export const LINE_LIMIT = 512 * 2 ** 20;
export const SEGMENT_LIMIT = 2 ** 30;
