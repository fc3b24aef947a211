import type { BulkTx, Database } from "../database.js";
import { raw, sql } from "../sql.js";
import { copiedTables, type CopiedTable, quoted, sequences } from "./catalog.js";
import { collectionProofs, tableProof } from "./proof.js";
import type { CopySink, TableProof } from "./records.js";

/** Octets of rows that are read at once, unless a single row has more. */
const PORTION = 2 ** 20;

interface Portion {
  /** Where it begins in the table: block and line. */
  readonly first: string;
  readonly rows: number;
  readonly octets: number;
}

/** Cuts a table where the rows before have filled a portion; what a row has is told without reading long values. */
const portionsOf = (tx: BulkTx, { name, size }: CopiedTable): Promise<readonly Portion[]> =>
  tx.rows<Portion>(
    raw(`select min(ctid)::text as first, count(*) as rows, sum(size)::bigint as octets from (
      select ctid, size, coalesce(sum(size) over (order by ctid rows between unbounded preceding and 1 preceding), 0) as before
      from (select ctid, (${size})::bigint as size from ${quoted(name)}) sized
    ) placed group by div(before, ${PORTION}) order by min(ctid)`),
  );

/** The rows from one place of the table to another. */
function rowsBetween({ name, columns }: CopiedTable, from: string, to: string | undefined): string {
  const until = to === undefined ? "" : ` and ctid < '${to}'`;
  return `select ${columns.map(quoted).join(", ")} from ${quoted(name)} where ctid >= '${from}'${until}`;
}

/**
 * Gives a copy of the whole database as it is at one moment, in portions: what is written meanwhile is not in it.
 * `progress` is told octets. `aside`: others are at work on the same database, and are not to wait.
 */
export async function giveCopy(
  db: Database,
  sink: CopySink,
  progress: (done: number, total: number) => void = () => undefined,
  { aside = false }: { readonly aside?: boolean } = {},
): Promise<void> {
  await db.bulk(aside ? "aside" : "read", async (tx) => {
    const schema = await tx.rows<{ id: string; checksum: string }>(
      sql`select id, checksum from migration order by position`,
    );
    const tables = await copiedTables(tx);
    const portions = new Map<CopiedTable, readonly Portion[]>();
    for (const table of tables) portions.set(table, await portionsOf(tx, table));
    const octets = [...portions.values()].flat().reduce((sum, portion) => sum + portion.octets, 0);
    await sink.begin({ schema, tables: tables.map(({ name, columns }) => ({ name, columns })), octets });
    const proofs: Record<string, TableProof> = {};
    let done = 0;
    progress(done, octets);
    for (const [table, parts] of portions) {
      for (const [i, { first, rows, octets: part }] of parts.entries()) {
        const copied = await tx.copyOut(rowsBetween(table, first, parts[i + 1]?.first));
        await sink.segment({ table: table.name, rows, octets: copied });
        done += part;
        progress(done, octets);
      }
      proofs[table.name] = await tableProof(tx, table);
    }
    await sink.end({ sequences: await sequences(tx), tables: proofs, collections: await collectionProofs(tx) });
  });
}
