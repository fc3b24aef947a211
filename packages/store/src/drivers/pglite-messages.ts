import type { EngineFault } from "../errors.js";

/** What the worker thread is started with. No directory: everything in memory. */
export interface Start {
  /** Instead of serving: make an empty data directory in memory, tell it packed, and end. */
  readonly pack: boolean;
  readonly directory: string | null;
  /** Packed data directory (tar, gzip) to begin with in memory. */
  readonly seed: string | null;
}

/** Octets of PostgreSQL's protocol, to be answered by such; or to close the database. They are answered in turn. */
export type Ask = Uint8Array | "close";

export interface Answer {
  readonly octets: Uint8Array;
  /** Bytes of write-ahead log written since the start. */
  readonly walBytes: number;
}

export type Tell =
  | { readonly ready: true; readonly version: string }
  | { readonly packed: Uint8Array }
  | { readonly failed: EngineFault }
  | Answer
  | { readonly fault: EngineFault };
