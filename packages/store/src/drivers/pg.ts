import pg from "pg";
import { faultOf, isBroken, StoreUnavailable } from "../errors.js";
import type { Engine, Log, Run } from "./engine.js";
import { copyRows } from "./pg-copy.js";
import { hostsOf } from "./pg-hosts.js";
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

const ownSession = ({ deadlineMs }: PgOptions): pg.PoolConfig => ({
  options: session,
  statement_timeout: deadlineMs,
  idle_in_transaction_session_timeout: deadlineMs * 2,
});

/** A server that hangs ends no statement of its own; this long after the time for it we stop waiting. */
const HANGING_MS = 5_000;
/** So many requests may wait for each connection; more would only wait in vain. */
const QUEUE = 50;
/** A script may build an index. */
const UNHURRIED_MS = 24 * 3_600_000;

export const pgConfig = (options: PgOptions, hosts = hostsOf(options.url)): pg.PoolConfig => ({
  connectionString: hosts.current(),
  max: options.poolSize,
  application_name: "kalends",
  ...(hosts.pooled ? {} : ownSession(options)),
  query_timeout: options.deadlineMs + HANGING_MS,
  connectionTimeoutMillis: Math.min(10_000, options.deadlineMs),
  keepAlive: true,
  types: { getTypeParser: decoderOf } as unknown as pg.CustomTypesConfig,
});

/** A standby, or a server that was one's primary before, is no use. */
async function checkWritable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>("show transaction_read_only");
  if (rows[0]?.transaction_read_only !== "off") throw new StoreUnavailable(NO_WRITES);
}

const NO_WRITES = "the database takes no writes";

/** Behind a pooler nothing can be set for a session: the account has to have it. */
async function checkAccount(client: pg.ClientBase): Promise<void> {
  const asked =
    "select string_agg(name || '=' || setting, ' ' order by name) as told from pg_settings where name = any($1)";
  const { rows } = await client.query<{ told: string }>(asked, [
    ["DateStyle", "TimeZone", "bytea_output", "IntervalStyle"],
  ]);
  const [found = { told: "" }] = rows;
  const isRight =
    /bytea_output=hex/.test(found.told) &&
    /DateStyle=ISO/.test(found.told) &&
    /IntervalStyle=postgres( |$)/.test(found.told);
  if (isRight && /TimeZone=(Etc\/)?UTC/.test(found.told)) return;
  throw new StoreUnavailable(
    `behind a pooler the account needs datestyle ISO, timezone UTC, bytea_output hex, intervalstyle postgres; it has ${found.told}`,
  );
}

/** A server that became a standby refuses what was to be written. */
const writing = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (faultOf(error).code !== "25006") throw error;
    throw new StoreUnavailable(NO_WRITES, { code: "25006", cause: error });
  }
};

/** PostgreSQL through a pool; floor is version 15. The URL may name several hosts, of which one takes writes. */
export function openPg(options: PgOptions): Engine {
  const hosts = hostsOf(options.url);
  const config = pgConfig(options, hosts);
  // The pool waits for it, which its types do not say.
  const checks = [...(hosts.mustWrite ? [checkWritable] : []), ...(hosts.pooled ? [checkAccount] : [])];
  const onConnect = (async (client) => {
    for (const check of checks) await check(client);
  }) as (client: pg.ClientBase) => void;
  const pool = new pg.Pool({ ...config, ...(checks.length > 0 ? { onConnect } : {}) });
  // A prepared statement stays with the session in which it was prepared.
  const nameOf = hosts.pooled ? () => undefined : makeStatementNames();
  const listener = makeListener(() => pgConfig(options, hosts), options.log);
  pool.on("error", (error) => options.log("idle connection lost", { error: error.message }));

  /** A connection that works; every host is tried once. */
  const acquire = async (): Promise<pg.PoolClient> => {
    checkQueue();
    for (let tries = 1; ; tries += 1) {
      const tried = hosts.current();
      try {
        return await pool.connect();
      } catch (error) {
        hosts.failed(tried);
        // The pool makes its next connections by this.
        pool.options.connectionString = hosts.current();
        if (tries >= hosts.count) throw error;
      }
    }
  };

  const checkQueue = (): void => {
    if (pool.waitingCount < options.poolSize * QUEUE) return;
    throw new StoreUnavailable("too many requests wait for the database");
  };

  /** A connection for as long as `work` takes; one that broke meanwhile is not used again. */
  const using = async <T>(work: (client: pg.PoolClient, lost: (error: Error) => void) => Promise<T>): Promise<T> => {
    const client = await acquire();
    let broken: Error | undefined;
    // Without a listener a connection lost between two statements would end the process.
    const lost = (error: Error) => {
      broken = error;
    };
    client.on("error", lost);
    try {
      return await work(client, lost);
    } catch (error) {
      if (error instanceof Error && (isBroken(error) || error instanceof StoreUnavailable)) broken = error;
      throw error;
    } finally {
      client.off("error", lost);
      client.release(broken);
    }
  };

  const sender =
    (client: pg.PoolClient): Run =>
    async (text, values) => {
      const name = nameOf(text);
      const query = { text, values: [...values], ...(name ? { name } : {}) };
      return (await client.query<Record<string, unknown>>(query)).rows;
    };

  const transaction = <T>(mode: "read" | "write", fn: (run: Run) => Promise<T>): Promise<T> =>
    using(async (client, lost) => {
      try {
        await client.query(mode === "read" ? "begin isolation level repeatable read read only" : "begin");
        const run = sender(client);
        const value = await fn(mode === "read" ? run : (text, values) => writing(run(text, values)));
        await client.query("commit");
        return value;
      } catch (error) {
        // A session that is gone, or hangs, is left without a word.
        if (!isBroken(error)) await client.query("rollback").catch(lost);
        throw error;
      }
    });

  return {
    engine: "postgres",
    run: (text, values) => using((client) => writing(sender(client)(text, values))),
    octets: (text, values) => using((client) => copyRows(client, text, values)),
    transaction,
    async script(text) {
      const unhurried: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: UNHURRIED_MS };
      await pool.query(unhurried);
    },
    // The pooler would give the session that listens to others; who listens polls as well.
    listen: hosts.pooled ? () => Promise.resolve(() => Promise.resolve()) : listener.listen,
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
