import pg from "pg";
import { isBroken } from "../errors.js";
import type { BulkMode, BulkSession, Engine, Log, Run } from "./engine.js";
import { copyIn, copyOut, copyRows } from "./pg-copy.js";
import { makeListener } from "./pg-listener.js";
import { makeStatementNames } from "./pg-names.js";
import { decoderOf } from "./values.js";

export interface PgOptions {
  readonly url: string;
  readonly poolSize: number;
  /** After this many milliseconds the server ends a statement. */
  readonly deadlineMs: number;
  readonly log: Log;
}

/** How values are printed must not depend on the server's settings. */
const session = "-c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c intervalstyle=postgres";

export const pgConfig = (options: PgOptions): pg.PoolConfig => ({
  connectionString: options.url,
  max: options.poolSize,
  options: session,
  application_name: "kalends",
  statement_timeout: options.deadlineMs,
  idle_in_transaction_session_timeout: options.deadlineMs * 2,
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  types: { getTypeParser: decoderOf } as unknown as pg.CustomTypesConfig,
});

/** PostgreSQL through a pool; floor is version 15. */
export function openPg(options: PgOptions): Engine {
  const config = pgConfig(options);
  const pool = new pg.Pool(config);
  const nameOf = makeStatementNames();
  const listener = makeListener(config, options.log);
  pool.on("error", (error) => options.log("idle connection lost", { error: error.message }));

  const sender =
    (target: pg.Pool | pg.PoolClient): Run =>
    async (text, values) => {
      const name = nameOf(text);
      const query = { text, values: [...values], ...(name ? { name } : {}) };
      return (await target.query<Record<string, unknown>>(query)).rows;
    };

  const begins = {
    read: "begin isolation level repeatable read read only",
    write: "begin",
  } as const;

  const within = async <T>(mode: "read" | "write", fn: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    // Without a listener a connection lost between two statements would end the process.
    const lost = (error: Error) => {
      broken = error;
    };
    client.on("error", lost);
    try {
      await client.query(begins[mode]);
      const value = await fn(client);
      await client.query("commit");
      return value;
    } catch (error) {
      await client.query("rollback").catch(lost);
      if (error instanceof Error && isBroken(error)) broken = error;
      throw error;
    } finally {
      client.off("error", lost);
      client.release(broken);
    }
  };

  const transaction = <T>(mode: "read" | "write", fn: (run: Run) => Promise<T>): Promise<T> =>
    within(mode, (client) => fn(sender(client)));

  const bulk = <T>(mode: BulkMode, fn: (session: BulkSession) => Promise<T>): Promise<T> =>
    within(mode === "write" ? "write" : "read", async (client) => {
      await client.query("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
      return fn({
        run: sender(client),
        copyOut: (query) => copyOut(client, query),
        copyIn: (target, rows) => copyIn(client, target, rows),
      });
    });

  return {
    engine: "postgres",
    run: sender(pool),
    octets: (text, values) => copyRows(pool, text, values),
    transaction,
    bulk,
    async script(text) {
      await pool.query(text);
    },
    listen: listener.listen,
    upkeep: () => Promise.resolve(),
    async version() {
      const { rows } = await pool.query<{ version: string }>("select current_setting('server_version') as version");
      return rows[0]?.version ?? "";
    },
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}
