import type { Sessions } from "../database.js";
import type { OctetRows } from "../octet-rows.js";
import type { Param } from "./values.js";

/** Sends one statement; rows come decoded. */
export type Run = (text: string, values: readonly Param[]) => Promise<readonly unknown[]>;

/** `aside`: reading, while others go on writing as before. */
export type BulkMode = "read" | "aside" | "write";

/** What a driver provides; guard, retry, counting and errors are the same for both and live in `database.ts` beside. */
export interface BulkSession {
  readonly run: Run;
  /** What COPY gives of a query, in its text form. */
  copyOut(query: string): Promise<Uint8Array>;
  /** Rows in COPY's text form into `target`: a table and its columns. */
  copyIn(target: string, rows: Uint8Array): Promise<void>;
}

/** How a transaction begins: one that reads sees the same state from its first statement to its last. */
export const BEGINS = { read: "begin isolation level repeatable read read only", write: "begin" } as const;

export interface Engine {
  readonly engine: "postgres" | "pglite";
  /** One statement in its own transaction. */
  readonly run: Run;
  /** The same for texts in bulk, whose cells are not decoded. */
  octets(text: string, values: readonly Param[]): Promise<OctetRows>;
  /** `begin`, `fn`, `commit`; rolls back and rethrows when `fn` throws. */
  transaction<T>(mode: "read" | "write", fn: (run: Run) => Promise<T>): Promise<T>;
  /** A transaction whose statements may take as long as they need. */
  bulk<T>(mode: BulkMode, fn: (session: BulkSession) => Promise<T>): Promise<T>;
  sessions(): Sessions;
  script(text: string): Promise<void>;
  listen(channel: string, fn: (payload: string) => void): Promise<() => Promise<void>>;
  upkeep(): Promise<void>;
  version(): Promise<string>;
  close(): Promise<void>;
}

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** One statement that ran: `milliseconds` of wall time, waiting for the session included. */
export interface StatementSeen {
  readonly text: string;
  readonly values: readonly Param[];
  readonly rows: number;
  readonly milliseconds: number;
}
