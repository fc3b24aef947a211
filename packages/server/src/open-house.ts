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
import { growModerately } from "./heap.js";
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

function embeddedDirectory(config: Config): string | null {
  const [, directory] = /^embedded:(.+)$/.exec(config.database) ?? [];
  return directory === undefined || directory === "memory" ? null : resolve(directory);
}

/** Opens the database, brings it to this version's schema, and puts the house together. */
export async function openHouse(
  config: Config,
  ready: () => boolean = () => true,
  others?: Surroundings["others"],
): Promise<OpenHouse> {
  return whileReachable(config, () => openAll(config, ready, others));
}

async function openAll(config: Config, ready: () => boolean, others: Surroundings["others"]): Promise<OpenHouse> {
  growModerately();
  // A line for each request, but not a system call: they leave together, no more than a pipe takes undivided.
  const stderr = pino.destination({ fd: 2, sync: false, minLength: 3500, periodicFlush: 200 });
  const log = pino({ level: config.log.level }, stderr);
  const db = await openStore(config, (message, fields = {}) => log.warn(fields, message));
  try {
    await migrate(db, coreMigrations());
    await ensureDefaultDomain(db, config.domain);
  } catch (error) {
    await db.close();
    throw error;
  }
  const offload = openWorkerPool({ threads: 1, deadline: config.limits.requestDeadline });
  const house = compose({ config, db, offload, log, ready, others });
  return {
    house,
    async close() {
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

/** `log` hears of sessions that were lost and found again. */
function openStore(config: Config, log: OpenOptions["log"] = () => undefined): Promise<Database> {
  const directory = embeddedDirectory(config);
  return openDatabase({
    url: directory === null ? withPassword(config.database, config.databasePassword) : `embedded:${directory}`,
    random: Math.random,
    deadlineMs: config.limits.requestDeadline,
    log,
  });
}
