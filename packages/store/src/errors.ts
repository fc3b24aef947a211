/** Everything the store refuses or fails with. `code` is the SQLSTATE where the database gave one. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  readonly code: string | undefined;
  constructor(message: string, options: { readonly code?: string | undefined; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
  }
}

/** 23505: `constraint` names what is taken (`object_uid_key`). */
export class UniqueViolation extends StoreError {
  override readonly name = "UniqueViolation";
  constructor(
    readonly constraint: string,
    cause: unknown,
  ) {
    super(`already taken: ${constraint}`, { code: "23505", cause });
  }
}

/** 23503: the row referred to does not exist, or is still referred to. */
export class ForeignKeyViolation extends StoreError {
  override readonly name = "ForeignKeyViolation";
  constructor(
    readonly constraint: string,
    cause: unknown,
  ) {
    super(`broken reference: ${constraint}`, { code: "23503", cause });
  }
}

/** KA001: a statement refused itself as a whole; nothing was written. */
export class WriteRefused extends StoreError {
  override readonly name = "WriteRefused";
  constructor(
    readonly reason: string,
    readonly member: string,
    cause: unknown,
  ) {
    super(`write refused: ${reason} (${member})`, { code: "KA001", cause });
  }
}

/** Serialisation failures and deadlocks that outlasted all repeats. */
export class StoreBusy extends StoreError {
  override readonly name = "StoreBusy";
}

/** 53100: no room left on the disk. */
export class StoreFull extends StoreError {
  override readonly name = "StoreFull";
}

/** A statement took longer than allowed and was ended. */
export class StoreDeadline extends StoreError {
  override readonly name = "StoreDeadline";
}

/** The database cannot be reached, or is being opened again; whether a running commit took effect is unknown. */
export class StoreUnavailable extends StoreError {
  override readonly name = "StoreUnavailable";
}

/** Another process holds the embedded database. */
export class StoreInUse extends StoreError {
  override readonly name = "StoreInUse";
  constructor(
    readonly pid: number,
    readonly path: string,
    detail = "",
  ) {
    super(`the database in ${path} is in use by process ${pid}${detail}`);
  }
}

/** The directory was written by a version this program cannot open. */
export class StoreIncompatible extends StoreError {
  override readonly name = "StoreIncompatible";
}

/** The schema is newer than this program. */
export class SchemaTooNew extends StoreError {
  override readonly name = "SchemaTooNew";
}

/** A copy of a database cannot be taken: the database is not empty, or the copy is damaged or of another version. */
export class CopyRefused extends StoreError {
  override readonly name = "CopyRefused";
}

/** A migration that has been applied no longer reads as it did then. */
export class MigrationChanged extends StoreError {
  override readonly name = "MigrationChanged";
}

/** The database itself was called inside `read` or `write`, where only the handle given may be used. */
export class NestedQuery extends StoreError {
  override readonly name = "NestedQuery";
  constructor() {
    super("the database was called inside read() or write(); use the handle given there");
  }
}

/** What the engines report; copied field by field across the worker border. */
export interface EngineFault {
  readonly message: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  readonly detail?: string | undefined;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The parts of any thrown value that matter here. */
export function faultOf(error: unknown): EngineFault {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { message, code, constraint, detail } = error as Record<string, unknown>;
  return { message: text(message), code: text(code), constraint: text(constraint), detail: text(detail) };
}

/**
 * True when PostgreSQL does not run what was prepared: its rows would be others than described, since the schema changed, or
 * it is not there. It was refused before it did anything.
 */
export function isStale(error: unknown): boolean {
  const { code } = faultOf(error);
  return code === "26000" || (code === "0A000" && (error as { routine?: unknown }).routine === "RevalidateCachedQuery");
}

/** True when a transaction, or a statement by itself, did nothing and may do better the next time. */
export const isRetryable = (error: unknown): boolean =>
  ["40001", "40P01"].includes(faultOf(error).code ?? "") || isStale(error);

/**
 * True when the session behind it can no longer be trusted: internal errors, lost connections, a server that goes down
 * or hangs.
 */
export function isBroken(error: unknown): boolean {
  const { code = "", message } = faultOf(error);
  if (/^(XX|08|57P0)/.test(code) || /^E[A-Z]{3,}$/.test(code)) return true;
  return (
    code === "" &&
    /connection|timeout exceeded|read timeout|client was closed|not queryable|pool after calling end/i.test(message)
  );
}

type Make = (fault: EngineFault, cause: unknown) => StoreError;
const bySqlState: Readonly<Record<string, Make>> = {
  "23505": (f, cause) => new UniqueViolation(f.constraint ?? "", cause),
  "23503": (f, cause) => new ForeignKeyViolation(f.constraint ?? "", cause),
  "40001": (f, cause) => new StoreBusy(f.message, { code: f.code, cause }),
  "40P01": (f, cause) => new StoreBusy(f.message, { code: f.code, cause }),
  "53100": (f, cause) => new StoreFull(f.message, { code: f.code, cause }),
  "57014": (f, cause) => new StoreDeadline(f.message, { code: f.code, cause }),
  KA001: (f, cause) => new WriteRefused(f.message, f.detail ?? "", cause),
};

/** Turns an engine's error into the store's own; the one place where SQLSTATE is read. */
export function storeError(error: unknown): Error {
  if (error instanceof StoreError) return error;
  const fault = faultOf(error);
  const make = bySqlState[fault.code ?? ""];
  if (make) return make(fault, error);
  if (isBroken(error)) return new StoreUnavailable(fault.message, { code: fault.code, cause: error });
  if (/^[0-9A-Z]{5}$/.test(fault.code ?? "")) return new StoreError(fault.message, { code: fault.code, cause: error });
  return error instanceof Error ? error : new StoreError(fault.message, { cause: error });
}
