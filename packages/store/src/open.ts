import type { Database } from "./database.js";
import { makeDatabase } from "./drivers/database.js";
import type { Engine, Log, StatementSeen } from "./drivers/engine.js";
import { openPg } from "./drivers/pg.js";
import { openPglite } from "./drivers/pglite.js";
import { prepareHome } from "./drivers/pglite-home.js";
import { seedFile } from "./drivers/pglite-seed.js";
import { StoreError } from "./errors.js";

export interface OpenOptions {
  /** `embedded:./data`, `embedded:memory` or `postgres://…`. */
  readonly url: string;
  /** Milliseconds, for measuring; not the time of day. */
  readonly clock?: () => number;
  /** 0 to 1, spreads repeats. */
  readonly random?: () => number;
  readonly log?: Log;
  readonly poolSize?: number;
  /** Longest time one statement may take; 30 s unless given. */
  readonly deadlineMs?: number;
  readonly onStatement?: (seen: StatementSeen) => void;
}

const quiet: Log = () => undefined;

async function openEngine(options: OpenOptions): Promise<Engine> {
  const { url, log = quiet, poolSize = 10, deadlineMs = 30_000 } = options;
  if (/^postgres(ql)?:\/\//.test(url)) return openPg({ url, poolSize, deadlineMs, log });
  if (!url.startsWith("embedded:")) throw new StoreError(`not a database URL: ${url.replace(/:\/\/.*$/s, "://…")}`);
  const path = url.slice("embedded:".length);
  if (path === "memory") {
    return openPglite({ start: { pack: false, directory: null, seed: seedFile() }, deadlineMs, log });
  }
  const { directory, release } = await prepareHome(path);
  try {
    return await openPglite({ start: { pack: false, directory, seed: null }, deadlineMs, log, release });
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Opens a database: PostgreSQL through a pool, or the embedded one in a worker thread.
 * Throws `StoreInUse`, `StoreIncompatible`, `StoreUnavailable`.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  return makeDatabase(await openEngine(options), {
    clock: options.clock ?? (() => performance.now()),
    random: options.random ?? (() => 0.5),
    onStatement: options.onStatement,
  });
}
