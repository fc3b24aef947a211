import { resolve } from "node:path";
import {
  coreMigrations,
  type Database,
  migrate,
  type OpenOptions,
  openDatabase,
  pendingMigrations,
  StoreUnavailable,
} from "@kalends/store";
import { pino } from "pino";
import { AdminError } from "./admin/command.js";
import { compose, type House, type Surroundings } from "./compose.js";
import { withoutPassword, withPassword } from "./config/database-url.js";
import type { Config } from "./config/schema.js";
import { ensureDefaultDomain } from "./first-start.js";
import { growSlowly } from "./heap.js";
import { shownError } from "./http/log.js";
import { countIn } from "./metrics/figures.js";
import { createMeter } from "./metrics/meter.js";
import { watchLoop } from "./metrics/process.js";
import { METRICS } from "./metrics/table.js";
import { openWorkerPool } from "./offload.js";

export interface OpenHouse {
  readonly house: House;
  readonly close: () => Promise<void>;
}

/** Where a running server listens for the command line, or null when the database is not embedded in a directory. */
export function adminSocketPath(config: Config): string | null {
  const directory = embeddedDirectory(config);
  return directory === null ? null : `${directory}/admin.sock`;
}

/** The folder of the embedded database; null where there is none. */
export function embeddedDirectory(config: Config): string | null {
  const [, directory] = /^embedded:(.+)$/.exec(config.database) ?? [];
  return directory === undefined || directory === "memory" ? null : resolve(directory);
}

/** What the process that opens a house knows of itself. */
export interface OpenHouseOptions {
  readonly ready?: () => boolean;
  /** Other processes that share what they know of sign-ins. */
  readonly signIns?: Surroundings["others"];
  /** The figures of all processes, where there are several. */
  readonly everybody?: Surroundings["everybody"];
  /** Called when the schema is brought up to date, which may take long; the result is called afterwards. */
  readonly migrating?: () => Promise<() => Promise<void>>;
}

/** Opens the database, brings it to this version's schema, and puts the house together. */
export async function openHouse(config: Config, options: OpenHouseOptions = {}): Promise<OpenHouse> {
  return whileReachable(config, () => openAll(config, options));
}

async function upToDate(db: Database, migrating: OpenHouseOptions["migrating"]): Promise<void> {
  const migrations = coreMigrations();
  if ((await pendingMigrations(db, migrations)).length === 0) return;
  const done = await migrating?.();
  try {
    await migrate(db, migrations);
  } finally {
    await done?.();
  }
}

async function openAll(config: Config, options: OpenHouseOptions): Promise<OpenHouse> {
  growSlowly();
  // A line for each request, but not a system call: they leave together, no more than a pipe takes undivided.
  const stderr = pino.destination({ fd: 2, sync: false, minLength: 3500, periodicFlush: 200 });
  const log = pino({ level: config.log.level, serializers: { err: shownError } }, stderr);
  const meter = createMeter();
  const statements = meter.series(METRICS.statementSeconds, {});
  const db = await openStore(config, {
    log: (message, fields = {}) => log.warn(fields, message),
    onStatement: ({ milliseconds }) => countIn(statements, METRICS.statementSeconds.buckets, milliseconds / 1000),
  });
  try {
    await upToDate(db, options.migrating);
    await ensureDefaultDomain(db, config.domain);
  } catch (error) {
    await db.close();
    throw error;
  }
  const offload = openWorkerPool({ threads: 1, deadline: config.limits.requestDeadline });
  const { ready = () => true, signIns: others, everybody } = options;
  const house = compose({ config, db, offload, log, ready, others, everybody, meter });
  const endWatch = watchLoop(meter);
  return {
    house,
    async close() {
      endWatch();
      await offload.close();
      await db.close();
    },
  };
}

/** Opens the database alone, as it is: nothing is brought to this version's schema. */
export async function withDatabase<R>(config: Config, work: (db: Database) => Promise<R>): Promise<R> {
  return whileReachable(config, async () => {
    const db = await openStore(config);
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  });
}

/** Applies what is missing of the schema; gives the ids of what was applied. */
export async function migrateDatabase(config: Config): Promise<readonly string[]> {
  return withDatabase(config, async (db) => {
    const migrations = coreMigrations();
    const pending = await pendingMigrations(db, migrations);
    await migrate(db, migrations);
    return pending.map((m) => m.id);
  });
}

/** Says which setting to look at when the database cannot be reached; the URL's password is not repeated. */
async function whileReachable<R>({ database }: Config, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new AdminError(
      `cannot reach the database ${withoutPassword(database)}: ${error.message}; start it, or correct the setting "database" (KALENDS_DATABASE)`,
    );
  }
}

/** Opens the database of the settings as it is. `log` hears of sessions that were lost and found again. */
export function openStore(config: Config, heard: Pick<OpenOptions, "log" | "onStatement"> = {}): Promise<Database> {
  const directory = embeddedDirectory(config);
  return openDatabase({
    url: directory === null ? withPassword(config.database, config.databasePassword) : `embedded:${directory}`,
    random: Math.random,
    deadlineMs: config.limits.requestDeadline,
    ...heard,
  });
}
