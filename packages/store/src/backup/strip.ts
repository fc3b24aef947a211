import type { BulkTx } from "../database.js";
import { raw, sql } from "../sql.js";
import { ownTables } from "./catalog.js";

export interface Stripped {
  /** Makes again what was taken away, checks the references, and counts for the planner. */
  putBack(): Promise<void>;
}

interface Part {
  readonly takeAway: string;
  readonly putBack: string;
}

/** References to other tables, which go in circles; and indexes, which are made sooner of rows that are there. */
export async function stripTables(tx: BulkTx): Promise<Stripped> {
  const references = await tx.rows<Part>(sql`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as "takeAway",
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as "putBack"
    from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace order by conrelid::text, conname`);
  const indexes = await tx.rows<Part>(sql`
    select format('drop index %s', i.indexrelid::regclass) as "takeAway", pg_get_indexdef(i.indexrelid) as "putBack"
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
      and not c.relname::text = any(${ownTables}::text[])
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    order by i.indexrelid`);
  const parts = [...references, ...indexes];
  for (const { takeAway } of parts) await tx.rows(raw(takeAway));
  return {
    async putBack() {
      for (const { putBack } of parts.toReversed()) await tx.rows(raw(putBack));
      await tx.rows(raw("analyze"));
    },
  };
}
