import { countStatement } from "../counting.js";
import type { BulkTx, Database, ReadTx, WriteTx } from "../database.js";
import { isRetryable, storeError } from "../errors.js";
import type { OctetRows } from "../octet-rows.js";
import type { Sql } from "../sql.js";
import type { BulkMode, Engine, Run, StatementSeen } from "./engine.js";
import { makeGuard } from "./guard.js";
import { retrying } from "./retry.js";
import { encode } from "./values.js";

export interface DatabaseOptions {
  readonly random: () => number;
  /** Milliseconds; only differences are used. */
  readonly clock: () => number;
  readonly onStatement?: ((seen: StatementSeen) => void) | undefined;
}

/** The caller's own error on its way out of a transaction: it is not the engine's and passes as it is. */
class Carried {
  constructor(readonly error: unknown) {}
}

const mapped = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Carried ? error.error : storeError(error);
  }
};

/** The port over an engine: guard against nested calls, retry, statement count and errors, alike for both. */
export function makeDatabase(engine: Engine, options: DatabaseOptions): Database {
  const guard = makeGuard();

  const observed = async <R>(run: Run, q: Sql): Promise<readonly R[]> => {
    countStatement();
    const started = options.clock();
    const values = q.values.map(encode);
    const rows = await run(q.text, values);
    options.onStatement?.({ text: q.text, values, rows: rows.length, milliseconds: options.clock() - started });
    // The caller names the shape of the rows it selects; the database cannot tell the compiler.
    return rows as readonly R[];
  };

  // Nearly every statement succeeds at once: what is needed otherwise is made only then.
  const direct = async <R>(q: Sql): Promise<readonly R[]> => {
    guard.outside();
    try {
      return await observed<R>(engine.run, q);
    } catch (error) {
      if (!isRetryable(error)) throw storeError(error);
      return mapped(() => retrying(() => observed<R>(engine.run, q), options.random, 1));
    }
  };

  const octets = (q: Sql): Promise<OctetRows> =>
    mapped(async () => {
      guard.outside();
      return retrying(async () => {
        countStatement();
        const started = options.clock();
        const values = q.values.map(encode);
        const rows = await engine.octets(q.text, values);
        const milliseconds = options.clock() - started;
        options.onStatement?.({ text: q.text, values, rows: rows.count, milliseconds });
        return rows;
      }, options.random);
    });

  const bulk = <T>(mode: BulkMode, fn: (tx: BulkTx) => Promise<T>): Promise<T> =>
    mapped(async () => {
      guard.outside();
      return guard.within((alive) =>
        engine.bulk(mode, ({ run, copyOut, copyIn }) => {
          const rows = async <R>(q: Sql): Promise<readonly R[]> => {
            alive();
            return mapped(() => observed<R>(run, q));
          };
          const tx: BulkTx = {
            writable: true,
            rows,
            one: async <R>(q: Sql) => (await rows<R>(q))[0],
            copyOut: (query) => mapped(() => copyOut(query)),
            copyIn: (target, octets) => mapped(() => copyIn(target, octets)),
          };
          return fn(tx).catch((error: unknown) => {
            throw new Carried(error);
          });
        }),
      );
    });

  const attempt = <T>(mode: "read" | "write", fn: (tx: WriteTx) => Promise<T>): Promise<T> =>
    guard.within((alive) =>
      engine.transaction(mode, async (run) => {
        const failures: unknown[] = [];
        const rows = async <R>(q: Sql): Promise<readonly R[]> => {
          alive();
          try {
            return await observed<R>(run, q);
          } catch (error) {
            failures.push(error);
            throw storeError(error);
          }
        };
        const tx: WriteTx = { writable: true, rows, one: async <R>(q: Sql) => (await rows<R>(q))[0] };
        const value = await fn(tx).catch((error: unknown) => {
          throw isRetryable(failures[0]) ? failures[0] : new Carried(error);
        });
        // A failed statement has ended the transaction, even if the caller swallowed the error.
        if (failures.length > 0) throw failures[0];
        return value;
      }),
    );

  const transaction = <T>(mode: "read" | "write", fn: (tx: WriteTx) => Promise<T>): Promise<T> =>
    mapped(async () => {
      guard.outside();
      return retrying(() => attempt(mode, fn), options.random);
    });

  return {
    engine: engine.engine,
    rows: direct,
    octets,
    one: async <R>(q: Sql) => (await direct<R>(q))[0],
    read: <T>(fn: (tx: ReadTx) => Promise<T>) => transaction("read", fn),
    write: <T>(fn: (tx: WriteTx) => Promise<T>) => transaction("write", fn),
    bulk,
    sessions: () => engine.sessions(),
    script: (text) =>
      mapped(async () => {
        guard.outside();
        await engine.script(text);
      }),
    listen: (channel, fn) => mapped(() => engine.listen(channel, fn)),
    upkeep: () =>
      mapped(async () => {
        guard.outside();
        await engine.upkeep();
      }),
    async health() {
      try {
        return { ok: true, version: await engine.version() };
      } catch {
        return { ok: false, version: "" };
      }
    },
    close: () => engine.close(),
  };
}
