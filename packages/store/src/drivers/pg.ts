import type pg from "pg";
import { isBroken } from "../errors.js";
import type { BulkMode, BulkSession, Engine, Log, Run } from "./engine.js";
import { copyIn, copyOut } from "./pg-copy.js";
import { makeListener } from "./pg-listener.js";
import { makeStatementNames } from "./pg-names.js";
import { makeSessions } from "./pg-sessions.js";
import { type Asked, octetsOn, runOn, type Session, unlessStale } from "./pg-statement.js";
import { decoderOf, type Param } from "./values.js";

export interface PgOptions {
  readonly url: string;
  readonly poolSize: number;
  /** After this many milliseconds the server ends a statement. */
  readonly deadlineMs: number;
  readonly log: Log;
}

const patience = 10_000;

/** How values are printed must not depend on the server's settings. */
const session = "-c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c intervalstyle=postgres";

export const pgConfig = (options: PgOptions): pg.ClientConfig => ({
  connectionString: options.url,
  options: session,
  application_name: "kalends",
  statement_timeout: options.deadlineMs,
  idle_in_transaction_session_timeout: options.deadlineMs * 2,
  connectionTimeoutMillis: patience,
  keepAlive: true,
  types: { getTypeParser: decoderOf } as unknown as pg.CustomTypesConfig,
});

const rest = 30_000;

const BEGINS = { read: "begin isolation level repeatable read read only", write: "begin" } as const;

/** PostgreSQL over a bounded number of connections; floor is version 15. */
export function openPg(options: PgOptions): Engine {
  const config = pgConfig(options);
  const sessions = makeSessions(config, { most: options.poolSize, patience, rest }, options.log);
  const nameOf = makeStatementNames();
  const listener = makeListener(config, options.log);

  const lent = async <T>(use: (session: Session) => Promise<T>): Promise<T> => {
    const session = sessions.free() ?? (await sessions.wait());
    let value: T;
    try {
      value = await use(session);
    } catch (error) {
      sessions.release(session, isBroken(error));
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
        await client.query(BEGINS[mode]);
        const value = await fn(session);
        await client.query("commit");
        return value;
      } catch (error) {
        await client.query("rollback").catch(session.lose);
        throw error;
      }
    });

  const bulk = <T>(mode: BulkMode, fn: (session: BulkSession) => Promise<T>): Promise<T> =>
    within(mode === "write" ? "write" : "read", async (session) => {
      const { client } = session;
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
      lent((session) => {
        const statement = asked(text, values);
        return unlessStale(() => runOn(session, statement));
      }),
    octets: (text, values) =>
      lent((session) => {
        const statement = asked(text, values);
        return unlessStale(() => octetsOn(session, statement));
      }),
    transaction: (mode, fn) => within(mode, (session) => fn(runIn(session))),
    bulk,
    sessions: sessions.load,
    script: (text) =>
      lent(async ({ client }) => {
        await client.query(text);
      }),
    listen: listener.listen,
    upkeep: () => Promise.resolve(),
    version: () =>
      lent(async ({ client }) => {
        const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
        return rows[0]?.version ?? "";
      }),
    async close() {
      await listener.close();
      await sessions.end();
    },
  };
}
