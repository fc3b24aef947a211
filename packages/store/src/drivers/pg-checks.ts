import type pg from "pg";
import { StoreUnavailable } from "../errors.js";

export const NO_WRITES = "the database takes no writes";

/** Looking at a new connection takes no longer. */
const PATIENCE_MS = 5_000;

async function told(client: pg.ClientBase, text: string): Promise<string> {
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: PATIENCE_MS };
  const { rows } = await client.query<{ told: string }>(query);
  return rows[0]?.told ?? "";
}

/** A standby, or a server that was one's primary before, is no use. Throws `StoreUnavailable`. */
export async function checkWritable(client: pg.ClientBase): Promise<void> {
  const readOnly = await told(client, "select current_setting('transaction_read_only') as told");
  if (readOnly !== "off") throw new StoreUnavailable(NO_WRITES);
}

const NEEDED = [/bytea_output=hex\b/, /DateStyle=ISO\b/, /IntervalStyle=postgres(?: |$)/, /TimeZone=(?:Etc\/)?UTC\b/];

/** Behind a pooler nothing can be set for a session: the account has to have it. Throws `StoreUnavailable`. */
export async function checkAccount(client: pg.ClientBase): Promise<void> {
  const found = await told(
    client,
    `select string_agg(name || '=' || setting, ' ' order by name) as told from pg_settings
      where name in ('DateStyle', 'TimeZone', 'bytea_output', 'IntervalStyle')`,
  );
  if (NEEDED.every((each) => each.test(found))) return;
  throw new StoreUnavailable(
    `behind a pooler the account needs datestyle ISO, timezone UTC, bytea_output hex, intervalstyle postgres; it has ${found}`,
  );
}
