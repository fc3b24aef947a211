import type { OctetRows } from "./octet-rows.js";
import type { Sql } from "./sql.js";

export type Brand<T, B extends string> = T & { readonly __brand: B };
export type DomainId = Brand<number, "domain">;
export type PrincipalId = Brand<number, "principal">;
export type CollectionId = Brand<number, "collection">;
/** A collection's revision: grows by one with each write to its members, visible in commit order. */
export type Revision = Brand<number, "revision">;

/**
 * Values come back alike from both engines: int8 as a checked number, numeric as string, bytea as Uint8Array,
 * date as text, timestamptz as epoch milliseconds, json as value, text[] as string array.
 */
export interface ReadTx {
  rows<R>(q: Sql): Promise<readonly R[]>;
  one<R>(q: Sql): Promise<R | undefined>;
}

export interface WriteTx extends ReadTx {
  readonly writable: true;
}

/** A transaction about the whole database: its statements may take as long as they need, and rows travel by COPY. */
export interface BulkTx extends WriteTx {
  /** The rows of a query (trusted text) in COPY's text form (PostgreSQL, COPY, "Text Format"). */
  copyOut(query: string): Promise<Uint8Array>;
  /** Adds rows in COPY's text form; `target` (trusted text) is a table with its columns in parentheses. */
  copyIn(target: string, rows: Uint8Array): Promise<void>;
}

/** Sessions with the database: those at work, those idle, and who waits for one. */
export interface Sessions {
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Packages add topics by declaration merging. */
export interface EventMap {
  "object.written": { collection: CollectionId; name: string; revision: Revision; by: PrincipalId | null; via: string };
  "object.removed": { collection: CollectionId; name: string; revision: Revision; by: PrincipalId | null; via: string };
  "collection.changed": { collection: CollectionId; revision: Revision; by: PrincipalId | null; via: string };
}

/**
 * The store. Called directly, `rows` and `one` run one statement in its own transaction: one snapshot, or one atomic
 * write when the statement modifies data. Inside `read` and `write` only the handle given may be used; a call to the
 * database itself there throws instead of hanging.
 */
export interface Database extends ReadTx {
  readonly engine: "postgres" | "pglite";
  /** The rows of a query whose columns are texts and integers, without decoding them: for texts in bulk. */
  octets(q: Sql): Promise<OctetRows>;
  /** Several statements on one snapshot; short, and never open while bytes go to a client. */
  read<T>(fn: (tx: ReadTx) => Promise<T>): Promise<T>;
  /** One transaction; run again on 40001, 40P01 and stale statements, so `fn` has no effects outside. */
  write<T>(fn: (tx: WriteTx) => Promise<T>): Promise<T>;
  /**
   * One transaction on one snapshot without deadlines, never run again. On the embedded database everybody else waits, unless
   * it reads `aside`: then from a copy of the files, which takes as much room on the disk meanwhile.
   */
  bulk<T>(mode: "read" | "aside" | "write", fn: (tx: BulkTx) => Promise<T>): Promise<T>;
  /** Many statements without parameters, for migrations. */
  script(text: string): Promise<void>;
  listen(channel: string, fn: (payload: string) => void): Promise<() => Promise<void>>;
  /** Checkpoint and vacuum where no server process does it. */
  upkeep(): Promise<void>;
  /** How busy the sessions are just now. */
  sessions(): Sessions;
  health(): Promise<{ readonly ok: boolean; readonly version: string }>;
  close(): Promise<void>;
}
