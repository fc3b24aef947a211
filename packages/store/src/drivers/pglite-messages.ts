import type { EngineFault } from "../errors.js";
import type { Param, Wire } from "./values.js";

/** What the worker thread is started with. No directory: everything in memory. */
export interface Start {
  /** Instead of serving: make an empty data directory in memory, tell it packed, and end. */
  readonly pack: boolean;
  readonly directory: string | null;
  /** Packed data directory (tar, gzip) to begin with in memory. */
  readonly seed: string | null;
}

export type Ask =
  | { readonly op: "query"; readonly id: number; readonly text: string; readonly values: readonly Param[] }
  | { readonly op: "script"; readonly id: number; readonly text: string }
  | { readonly op: "copy-out"; readonly id: number; readonly query: string }
  | { readonly op: "copy-in"; readonly id: number; readonly target: string; readonly octets: Uint8Array }
  | { readonly op: "listen" | "unlisten"; readonly id: number; readonly channel: string }
  | { readonly op: "close"; readonly id: number };

export interface Answer {
  readonly columns: readonly (readonly [name: string, oid: number])[];
  readonly rows: readonly (readonly Wire[])[];
  /** What `copy-out` gives. */
  readonly octets?: Uint8Array;
  /** Bytes of write-ahead log written since the start. */
  readonly walBytes: number;
}

export type Tell =
  | { readonly ready: true; readonly version: string }
  | { readonly packed: Uint8Array }
  | { readonly failed: EngineFault }
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly fault: EngineFault }
  | { readonly channel: string; readonly payload: string };
