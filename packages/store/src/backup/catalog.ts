import type { ReadTx } from "../database.js";
import { raw, sql } from "../sql.js";

export interface CopiedTable {
  readonly name: string;
  /** Every column that is not computed from others, in the order of their names. */
  readonly columns: readonly string[];
  /** Trusted text: about how many octets a row has. */
  readonly size: string;
}

/** Tables that say how the database was made; the copy is made by the same migrations and has its own. */
export const ownTables: readonly string[] = ["migration"];

/** A name as SQL wants it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Every table that is copied, as the catalog has them: all of the schema but `ownTables`. A table that need not outlive the
 * server is an unlogged one, and is left away.
 */
export async function copiedTables(tx: ReadTx): Promise<readonly CopiedTable[]> {
  const rows = await tx.rows<{ name: string; columns: readonly string[]; size: string }>(sql`
    select c.relname::text as name,
      array_agg(a.attname::text order by a.attname::text collate "C") as columns,
      '24 + ' || string_agg(format(case when a.atttypid in ('text'::regtype, 'bytea'::regtype)
        then 'coalesce(octet_length(%I), 0)' else 'coalesce(pg_column_size(%I), 0)' end, a.attname), ' + ') as size
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and not c.relname::text = any(${ownTables}::text[])
    group by c.relname order by c.relname::text collate "C"`);
  return rows;
}

export interface Sequence {
  readonly table: string;
  readonly column: string;
  /** The next number it gives. */
  readonly next: number;
}

/** How far the numbers of the tables have come: none is given twice, also not one whose row is gone. */
export async function sequences(tx: ReadTx): Promise<readonly Sequence[]> {
  const owned = await tx.rows<{ table: string; column: string; sequence: string }>(sql`
    select c.relname::text as table, a.attname::text as column,
      pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
      and a.attidentity <> '' and not a.attisdropped and not c.relname::text = any(${ownTables}::text[])
    order by 1, 2`);
  const states: Sequence[] = [];
  for (const { table, column, sequence } of owned) {
    const state = await tx.one<{ next: number }>(raw(`select last_value + is_called::int as next from ${sequence}`));
    if (state) states.push({ table, column, next: state.next });
  }
  return states;
}
