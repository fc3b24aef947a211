import type pg from "pg";
import { faultOf, isBroken, isStale, StoreUnavailable } from "../errors.js";
import { BEGINS, type BulkMode, type BulkSession, type Engine, type Log, type Run } from "./engine.js";
import { copyIn, copyOut } from "./pg-copy.js";
import { checkAccount, checkWritable, NO_WRITES } from "./pg-checks.js";
import { hostsOf } from "./pg-hosts.js";
import { makeListener } from "./pg-listener.js";
import { makeStatementNames } from "./pg-names.js";
import { makeSessions } from "./pg-sessions.js";
import { type Asked, octetsOn, runOn, type Session } from "./pg-statement.js";
import { decoderOf, type Param } from "./values.js";

export interface PgOptions {
  readonly url: string;
  readonly poolSize: number;
  /** After this many milliseconds the server ends a statement. */
  readonly deadlineMs: number;
  readonly log: Log;
}

const patience = 10_000;
/** A server that hangs ends no statement of its own; this long after the time for it we stop waiting. */
const HANGING_MS = 5_000;
/** So many requests may wait for each connection; more would only wait in vain. */
const QUEUE = 50;

/** How values are printed must not depend on the server's settings. */
const session = "-c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c intervalstyle=postgres";

const ownSession = ({ deadlineMs }: PgOptions): pg.ClientConfig => ({
  options: session,
  statement_timeout: deadlineMs,
  idle_in_transaction_session_timeout: deadlineMs * 2,
});

export const pgConfig = (options: PgOptions, url: string, pooled: boolean): pg.ClientConfig => ({
  connectionString: url,
  application_name: "kalends",
  ...(pooled ? {} : ownSession(options)),
  connectionTimeoutMillis: Math.min(patience, options.deadlineMs),
  keepAlive: true,
  types: { getTypeParser: decoderOf } as unknown as pg.CustomTypesConfig,
});

const rest = 30_000;

/** A server that became a standby refuses what was to be written. */
const unlessStandby = (error: unknown): unknown =>
  faultOf(error).code === "25006" ? new StoreUnavailable(NO_WRITES, { code: "25006", cause: error }) : error;

/** What a session says besides the statements it is lent for; one that hangs is not waited for. */
const say = (client: pg.Client, text: string, deadlineMs: number) => {
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: deadlineMs + HANGING_MS };
  return client.query(query);
};

/** PostgreSQL over a bounded number of connections; floor is version 15. The URL may name several hosts, of which one takes writes. */
export function openPg(options: PgOptions): Engine {
  const { deadlineMs, poolSize, log } = options;
  const hosts = hostsOf(options.url);
  const config = (url: string) => pgConfig(options, url, hosts.pooled);
  const check = async (client: pg.Client): Promise<void> => {
    if (hosts.mustWrite) await checkWritable(client);
    if (hosts.pooled) await checkAccount(client);
  };
  const sessions = makeSessions(
    { hosts, config, check },
    {
      most: poolSize,
      waiting: poolSize * QUEUE,
      patience: Math.min(patience, deadlineMs),
      silence: deadlineMs + HANGING_MS,
      rest,
    },
    log,
  );
  // A prepared statement stays with the session in which it was prepared.
  const nameOf = hosts.pooled ? () => undefined : makeStatementNames();
  const listener = makeListener(() => config(hosts.current()), log);

  const lent = async <T>(use: (session: Session) => Promise<T>): Promise<T> => {
    const session = sessions.free() ?? (await sessions.wait());
    let value: T;
    try {
      value = await use(session);
    } catch (error) {
      // Once, and not once for each connection: whoever tries again finds nothing stale anywhere.
      if (isStale(error)) sessions.forgetPrepared();
      sessions.release(session, isBroken(error) || error instanceof StoreUnavailable);
      throw error;
    }
    sessions.release(session);
    return value;
  };

  const asked = (text: string, values: readonly Param[]): Asked => ({ text, name: nameOf(text), values });

  const runIn =
    (session: Session): Run =>
    (text, values) =>
      runOn(session, asked(text, values));

  const within = <T>(mode: "read" | "write", fn: (session: Session) => Promise<T>): Promise<T> =>
    lent(async (session) => {
      const { client } = session;
      try {
        await say(client, BEGINS[mode], deadlineMs);
        const value = await fn(session);
        await say(client, "commit", deadlineMs);
        return value;
      } catch (error) {
        // A session that is gone, or hangs, is left without a word.
        if (!isBroken(error)) await say(client, "rollback", deadlineMs).catch(session.lose);
        throw mode === "write" ? unlessStandby(error) : error;
      }
    });

  const bulk = <T>(mode: BulkMode, fn: (session: BulkSession) => Promise<T>): Promise<T> =>
    within(mode === "write" ? "write" : "read", async (session) => {
      const { client } = session;
      session.unhurried = true;
      // It is never run again, so nothing that it runs may turn out to be stale.
      session.wire.prepared.clear();
      await client.query("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
      return fn({
        run: runIn(session),
        copyOut: (query) => copyOut(client, query),
        copyIn: (target, rows) => copyIn(client, target, rows),
      });
    });

  return {
    engine: "postgres",
    run: (text, values) =>
      lent((session) =>
        runOn(session, asked(text, values)).catch((error: unknown) => {
          throw unlessStandby(error);
        }),
      ),
    octets: (text, values) => lent((session) => octetsOn(session, asked(text, values))),
    transaction: (mode, fn) => within(mode, (session) => fn(runIn(session))),
    bulk,
    sessions: sessions.load,
    script: (text) =>
      lent(async ({ client }) => {
        await client.query(text);
      }),
    // The pooler would give the session that listens to others; who listens polls as well.
    listen: hosts.pooled ? () => Promise.resolve(() => Promise.resolve()) : listener.listen,
    upkeep: () => Promise.resolve(),
    version: () =>
      lent(async ({ client }) => {
        const { rows } = await say(client, "select current_setting('server_version') as version", deadlineMs);
        return (rows as readonly { version: string }[])[0]?.version ?? "";
      }),
    async close() {
      await listener.close();
      await sessions.end();
    },
  };
}
