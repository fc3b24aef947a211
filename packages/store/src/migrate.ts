import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Database, WriteTx } from "./database.js";
import { faultOf, isRetryable, MigrationChanged, SchemaTooNew } from "./errors.js";
import { raw, sql } from "./sql.js";

export interface Migration {
  /** Unique and never changed: `0001-directory`. */
  readonly id: string;
  readonly sql: string;
}

export interface AppliedMigration {
  readonly id: string;
  readonly checksum: string;
}

const checksum = (text: string): string => createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");

/** The store's own migrations, in order. */
export function coreMigrations(): readonly Migration[] {
  const folder = new URL("./migrations/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ id: name.slice(0, -".sql".length), sql: readFileSync(new URL(name, folder), "utf8") }));
}

/** What has been applied to a database, in order; nothing where it is new. */
export const appliedMigrations = async (db: Pick<Database, "rows" | "one">): Promise<readonly AppliedMigration[]> => {
  const there = await db.one<{ there: boolean }>(sql`select to_regclass('migration') is not null as there`);
  return there?.there ? db.rows<AppliedMigration>(sql`select id, checksum from migration order by position`) : [];
};

function compare(applied: readonly AppliedMigration[], known: readonly Migration[]): readonly Migration[] {
  const byId = new Map(known.map((migration) => [migration.id, migration]));
  for (const { id, checksum: was } of applied) {
    const migration = byId.get(id);
    if (!migration)
      throw new SchemaTooNew(
        `the database has migration ${id}, which this program does not know: it was brought up to date by a newer version; use that one`,
      );
    if (checksum(migration.sql) !== was) throw new MigrationChanged(`migration ${id} has changed since it was applied`);
  }
  const done = new Set(applied.map(({ id }) => id));
  return known.filter(({ id }) => !done.has(id));
}

/**
 * What `migrate` would apply, in order.
 * Throws `SchemaTooNew` when the database knows migrations this program does not, `MigrationChanged` on another checksum.
 */
export const pendingMigrations = async (
  db: Database,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> => compare(await appliedMigrations(db), migrations);

/** Until the end of its transaction one process migrates; the others stand in line. */
const TURN = sql`select pg_advisory_xact_lock(5410227)`;

const MIGRATION_TABLE = sql`create table if not exists migration (
  position integer generated always as identity primary key,
  id text not null unique,
  checksum text not null,
  applied_at timestamptz not null default now()
)`;

/** A migration gives up a lock it does not get within this time, lets the others through, and tries again. */
const LOCK_SECONDS = 2;
const LOCK_TRIES = 60;
const LOCK_PAUSE_MS = 1_000;
const LOCK_NOT_AVAILABLE = "55P03";

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** One migration, again and again as long as others hold what it needs. */
async function applyNextBetween(db: Database, migrations: readonly Migration[]): Promise<Migration | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.bulk("write", (tx) => applyNext(tx, migrations));
    } catch (error) {
      const isHindered = isRetryable(error) || faultOf(error).code === LOCK_NOT_AVAILABLE;
      if (!isHindered || tries >= LOCK_TRIES) throw error;
      await pause(LOCK_PAUSE_MS);
    }
  }
}

async function applyNext(tx: WriteTx, migrations: readonly Migration[]): Promise<Migration | undefined> {
  await tx.rows(TURN);
  // Whoever wants a table later queues behind a lock that is waited for: others shall not wait for long.
  await tx.rows(raw(`set local lock_timeout = '${LOCK_SECONDS}s'`));
  const next = compare(await appliedMigrations(tx), migrations)[0];
  if (!next) return undefined;
  // A statement with parameters is one statement; the text of a migration is many, so it goes as a block of its own.
  for (const statement of statementsOf(next.sql)) await tx.rows(raw(statement));
  await tx.rows(sql`insert into migration (id, checksum) values (${next.id}, ${checksum(next.sql)})`);
  return next;
}

/** Splits a script at the semicolons outside quotes, comments and dollar-quoted bodies. */
export function statementsOf(script: string): readonly string[] {
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[a-z_]*\$)[\s\S]*?\1|;/gi;
  const statements: string[] = [];
  let from = 0;
  for (const match of script.matchAll(token)) {
    if (match[0] !== ";") continue;
    statements.push(script.slice(from, match.index));
    from = match.index + 1;
  }
  statements.push(script.slice(from));
  return statements.filter((text) => text.replace(/--[^\n]*/g, "").trim() !== "");
}

/**
 * Applies what is pending, each migration in a transaction of its own. Of several processes one applies, the others wait
 * for it, however long it takes. Returns the ids applied.
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<readonly string[]> {
  // Nearly every start finds nothing to do: then nothing is locked and nothing written.
  if ((await pendingMigrations(db, migrations)).length === 0) return [];
  await db.bulk("write", async (tx) => {
    await tx.rows(TURN);
    await tx.rows(MIGRATION_TABLE);
  });
  const applied: string[] = [];
  for (;;) {
    const done = await applyNextBetween(db, migrations);
    if (!done) return applied;
    applied.push(done.id);
  }
}
