import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  coreMigrations,
  type Database,
  MigrationChanged,
  pendingMigrations,
  raw,
  SchemaTooNew,
  StoreError,
} from "@kalends/store";
import { connectAdmin } from "../admin/client.js";
import { withoutPassword } from "../config/database-url.js";
import type { Config } from "../config/schema.js";
import { embeddedDirectory, openStore } from "../open-house.js";
import type { CauseId } from "./causes.js";
import { type Check, fine, type Found, one, skip, type Verdict } from "./check.js";

/** Sessions of one process: its pool, and one that listens. */
const SESSIONS = 11;
const OLDEST = 15;
const APART_MS = 5_000;

/** What a database that cannot be opened says, by SQLSTATE or the code of the network. */
const REFUSALS: readonly (readonly [codes: RegExp, cause: CauseId])[] = [
  [/^28/, "database-password"],
  [/^3D000$/, "database-missing"],
  [/^57P0/, "database-starting"],
  [/^53300$/, "database-full"],
  [/^(ECONNREFUSED|ECONNRESET|ENOENT|EHOSTUNREACH|ENETUNREACH)$/, "database-down"],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "database-host"],
  [/^ETIMEDOUT$|timeout exceeded|connection timeout/, "database-timeout"],
];

function refusal(error: unknown, config: Config): Verdict {
  const { message } = error as Error;
  const code = codesOf(error);
  const [, cause = "database-unusable"] = REFUSALS.find(([codes]) => codes.test(code) || codes.test(message)) ?? [];
  return one(cause, `${withoutPassword(config.database)}: ${message === "" ? code : message}`);
}

/** The first code of an error or of what it was made of: a host with several addresses fails several times at once. */
function codesOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { code, cause, errors } = error as {
    readonly code?: string;
    readonly cause?: unknown;
    readonly errors?: unknown[];
  };
  return code || codesOf(cause) || codesOf(errors?.[0]);
}

/** Does something with PostgreSQL, on one connection. */
async function withDatabase(config: Config, work: (db: Database) => Promise<Verdict>): Promise<Verdict> {
  let db: Database | undefined;
  try {
    db = await openStore(config);
    return await work(db);
  } catch (error) {
    if (error instanceof StoreError || codesOf(error) !== "") return refusal(error, config);
    throw error;
  } finally {
    await db?.close();
  }
}

interface Facts {
  readonly version: number;
  readonly shown: string;
  readonly encoding: string;
  readonly fsync: string;
  readonly commit: string;
  readonly connections: number;
  readonly standby: boolean;
  readonly makes: boolean;
}

const FACTS =
  raw(`select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
  (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding,
  current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections,
  pg_is_in_recovery() as standby,
  has_schema_privilege(coalesce(current_schema(), 'public'), 'create') as makes`);

function faultsIn(facts: Facts, workers: number): readonly Found[] {
  const rules: readonly (readonly [isWrong: boolean, cause: CauseId, detail: string])[] = [
    [facts.version < OLDEST * 10_000, "database-old", facts.shown],
    [facts.encoding !== "UTF8", "database-encoding", facts.encoding],
    [facts.standby, "database-standby", "pg_is_in_recovery() is true"],
    [!facts.makes && !facts.standby, "database-rights", "no privilege create on the schema"],
    [facts.fsync !== "on", "database-fsync", `fsync = ${facts.fsync}`],
    [facts.commit === "off", "database-sync-commit", `synchronous_commit = ${facts.commit}`],
    [
      facts.connections < (workers === 1 ? 1 : workers + 1) * SESSIONS,
      "database-connections",
      `${facts.connections} for ${workers} workers`,
    ],
  ];
  return rules.flatMap(([isWrong, cause, detail]) => (isWrong ? [{ cause, detail }] : []));
}

const isPostgres = ({ database }: Config): boolean => database.startsWith("postgres");
const NOT_POSTGRES = "the database is the embedded one";

/** That PostgreSQL answers, and is set up so that nothing is lost. */
export const databaseCheck: Check = {
  name: "database",
  about: "PostgreSQL: reached, new enough, safe settings",
  needs: [],
  async run({ config }) {
    if (!isPostgres(config)) return skip(NOT_POSTGRES);
    return withDatabase(config, async (db) => {
      const before = performance.now();
      const facts = await db.one<Facts>(FACTS);
      const took = Math.round((performance.now() - before) * 10) / 10;
      if (!facts) return skip("it tells nothing of itself");
      return { found: faultsIn(facts, config.workers), note: `PostgreSQL ${facts.shown}, answers in ${took} ms` };
    });
  },
};

/** That the schema is the one of this version. That of the embedded database is seen when no server holds it. */
export const schemaCheck: Check = {
  name: "schema",
  about: "the version of the database's tables",
  needs: ["database", "disk", "lock"],
  async run({ config, base }) {
    if (!isPostgres(config) && !(await isFree(config)))
      return skip(`a server holds the database (${base}), or it is not there yet`);
    return withDatabase(config, async (db) => {
      try {
        const pending = await pendingMigrations(db, coreMigrations());
        const last = coreMigrations().at(-1)?.id ?? "";
        return pending.length === 0 ? fine(last) : one("schema-older", pending.map(({ id }) => id).join(", "));
      } catch (error) {
        if (error instanceof SchemaTooNew) return one("schema-newer", error.message);
        if (error instanceof MigrationChanged) return one("schema-changed", error.message);
        throw error;
      }
    });
  },
};

/** There is an embedded database, and no server holds it. */
async function isFree(config: Config): Promise<boolean> {
  const folder = embeddedDirectory(config);
  if (folder === null || !existsSync(join(folder, "pg"))) return false;
  const server = await connectAdmin(join(folder, "admin.sock")).catch(() => null);
  server?.destroy();
  return server === null;
}

/** That both clocks agree: times of locks and of what was removed are the database's. */
export const clockCheck: Check = {
  name: "clock",
  about: "the clock of the database against ours",
  needs: ["database"],
  async run({ config, now }) {
    if (!isPostgres(config)) return skip(NOT_POSTGRES);
    return withDatabase(config, async (db) => {
      const before = now();
      const row = await db.one<{ at: number }>(
        raw("select extract(epoch from clock_timestamp())::float8 * 1000 as at"),
      );
      const apart = Math.round(((row?.at ?? 0) - (before + now()) / 2) / 100) / 10;
      const seen = `the database is ${Math.abs(apart)} s ${apart < 0 ? "behind" : "ahead"}`;
      return Math.abs(apart) * 1000 > APART_MS ? one("clock-database", seen) : fine(seen);
    });
  },
};
