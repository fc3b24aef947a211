import { raw, type Sql, sql } from "../sql.js";

export const everyMs = 5 * 60_000;
/** Write-ahead log that may pile up before a checkpoint. */
export const walLimit = 32 * 2 ** 20;

export interface WornTable {
  readonly name: string;
}

/** The counters are written out at most once a second unless asked. */
export const flushCounters = "select pg_stat_force_next_flush()";

/** Tables with many dead or new rows since they were last cleaned; nothing else cleans them in a single session. */
export const wornTables = (atLeast: number): Sql => sql`
  select quote_ident(schemaname) || '.' || quote_ident(relname) as name from pg_stat_user_tables
  where n_dead_tup >= ${atLeast} + n_live_tup / 5 or n_mod_since_analyze >= ${atLeast} + n_live_tup / 5
  order by n_dead_tup desc`;

export const vacuum = (table: WornTable): string => raw(`vacuum (analyze) ${table.name}`).text;
