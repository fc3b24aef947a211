import type { BulkTx, Database } from "../database.js";
import { CopyRefused } from "../errors.js";
import { appliedMigrations, type Migration, migrate } from "../migrate.js";
import { raw, sql } from "../sql.js";
import { rewindAll } from "../statements/rewinds.js";
import { copiedTables, quoted } from "./catalog.js";
import { type HeldBulk, holdBulk } from "./hold-bulk.js";
import { collectionProofs, tableProof } from "./proof.js";
import type { CopyEnd, CopyHeader, CopySink } from "./records.js";
import { type Stripped, stripTables } from "./strip.js";

export interface TakenCopy {
  readonly proof: CopyEnd;
  /** Migrations that were applied to the copy, since it came from an older program. */
  readonly migrated: readonly string[];
}

/** Tables in which a first start leaves rows before there is any account. */
const beforeAccounts: readonly string[] = ["domain"];

/**
 * Fills an empty database with a copy that `give` sends. All of it becomes visible at once, after every row was counted and
 * summed, or nothing does. `fromThePast`: clients may have seen more than is in it. Throws `CopyRefused` when the database is not empty, the copy is of a newer program, or the proof fails.
 */
export async function takeCopy(
  db: Database,
  migrations: readonly Migration[],
  give: (sink: CopySink) => Promise<void>,
  { fromThePast = false }: { readonly fromThePast?: boolean } = {},
): Promise<TakenCopy> {
  let held: HeldBulk | undefined;
  let header: CopyHeader | undefined;
  let stripped: Stripped | undefined;
  let proof: CopyEnd | undefined;
  const targets = new Map<string, string>();
  const sink: CopySink = {
    async begin(told) {
      header = told;
      await makeSchema(db, migrations, told);
      held = await holdBulk(db);
      await checkColumns(held.tx, told);
      await checkEmpty(held.tx, told);
      stripped = await stripTables(held.tx);
      for (const { name, columns } of told.tables) {
        targets.set(name, `${quoted(name)} (${columns.map(quoted).join(", ")})`);
      }
    },
    async segment({ table, octets }) {
      const target = targets.get(table);
      if (!held || target === undefined) throw new CopyRefused(`rows of "${table}", which the copy did not announce`);
      await held.tx.copyIn(target, octets);
    },
    async end(told) {
      if (!held || !header || !stripped) throw new CopyRefused("the copy has no beginning");
      await stripped.putBack();
      await checkProof(held.tx, header, told);
      for (const { table, column, next } of told.sequences) {
        await held.tx.rows(
          sql`select setval(pg_get_serial_sequence(${quoted(table)}, ${column}), ${next}::bigint, false)`,
        );
      }
      proof = told;
    },
  };
  try {
    await give(sink);
    if (!held || !proof) throw new CopyRefused("the copy has no end");
    await held.commit();
  } catch (error) {
    await held?.rollback();
    throw error;
  }
  const migrated = await migrate(db, migrations);
  if (fromThePast) await db.rows(rewindAll());
  return { proof, migrated };
}

/** Brings an empty database to the schema the rows were made for. */
async function makeSchema(db: Database, known: readonly Migration[], { schema }: CopyHeader): Promise<void> {
  const wanted = new Set(schema.map(({ id }) => id));
  const unknown = schema.find(({ id }) => !known.some((migration) => migration.id === id));
  if (unknown) {
    throw new CopyRefused(
      `the copy has migration ${unknown.id}, which this program does not know: use a newer program`,
    );
  }
  const applied = await appliedMigrations(db);
  const beyond = applied.find(({ id }) => !wanted.has(id));
  if (beyond) {
    throw new CopyRefused(
      `the copy is of an older program, and the database has migration ${beyond.id} already: use a database in which nothing was made yet`,
    );
  }
  await migrate(
    db,
    known.filter(({ id }) => wanted.has(id)),
  );
  const now = new Map((await appliedMigrations(db)).map(({ id, checksum }) => [id, checksum]));
  const other = schema.find(({ id, checksum }) => now.get(id) !== checksum);
  if (other) throw new CopyRefused(`migration ${other.id} of the copy is not the one this program has`);
}

async function checkColumns(tx: BulkTx, { tables }: CopyHeader): Promise<void> {
  const shape = (all: CopyHeader["tables"]) => all.map(({ name, columns }) => `${name} (${columns.join(", ")})`);
  const here = new Set(shape(await copiedTables(tx)));
  const other = shape(tables).find((table) => !here.has(table));
  if (other !== undefined) throw new CopyRefused(`the copy has the table ${other}, which looks different here`);
}

/** Nobody may come in between: the tables are locked. */
async function checkEmpty(tx: BulkTx, { tables }: CopyHeader): Promise<void> {
  const names = tables.map(({ name }) => quoted(name)).join(", ");
  if (names !== "") await tx.rows(raw(`lock table ${names} in access exclusive mode`));
  for (const { name } of tables) {
    if (beforeAccounts.includes(name)) continue;
    if (await tx.one(raw(`select from ${quoted(name)} limit 1`))) {
      throw new CopyRefused(
        `the database is not empty: there are rows in the table "${name}"; a copy goes into an empty one`,
      );
    }
  }
  for (const name of beforeAccounts) await tx.rows(raw(`delete from ${quoted(name)}`));
}

async function checkProof(tx: BulkTx, { tables }: CopyHeader, told: CopyEnd): Promise<void> {
  for (const table of tables) {
    const wanted = told.tables[table.name];
    const is = await tableProof(tx, table);
    if (wanted?.rows !== is.rows || wanted.sum !== is.sum) {
      throw new CopyRefused(
        `the table "${table.name}" did not arrive as it was: ${is.rows} rows with sum ${is.sum} instead of ${wanted?.rows} with ${wanted?.sum}`,
      );
    }
  }
  const collections = await collectionProofs(tx);
  if (JSON.stringify(collections) !== JSON.stringify(told.collections)) {
    const other = told.collections.find((each, i) => JSON.stringify(each) !== JSON.stringify(collections[i]));
    throw new CopyRefused(`the calendar ${other?.name ?? ""} did not arrive as it was`);
  }
}
