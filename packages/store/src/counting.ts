import { AsyncLocalStorage } from "node:async_hooks";
import type { Database, ReadTx } from "./database.js";
import type { Sql } from "./sql.js";

interface Counted {
  count: number;
  readonly outer: Counted | undefined;
}

const current = new AsyncLocalStorage<Counted>();
let counting = 0;

/** Runs `fn` and counts the statements it sends (begin and commit are not counted). */
export async function countingStatements<T>(
  fn: () => Promise<T>,
): Promise<{ readonly value: T; readonly count: number }> {
  const tally: Counted = { count: 0, outer: current.getStore() };
  counting += 1;
  try {
    const value = await current.run(tally, fn);
    return { value, count: tally.count };
  } finally {
    counting -= 1;
    // While a storage is in use, Node looks after every promise of the process.
    if (counting === 0) current.disable();
  }
}

export function countStatement(): void {
  for (let tally = current.getStore(); tally; tally = tally.outer) tally.count++;
}

/** How many statements were sent. */
export interface Tally {
  count: number;
}

/** The database for one piece of work, which counts its statements; costs nothing to anybody else. */
export function tallied(db: Database, tally: Tally): Database {
  const counted = <T extends ReadTx>(tx: T): T => ({
    ...tx,
    rows<R>(q: Sql) {
      tally.count += 1;
      return tx.rows<R>(q);
    },
    one<R>(q: Sql) {
      tally.count += 1;
      return tx.one<R>(q);
    },
  });
  return {
    ...counted(db),
    octets(q) {
      tally.count += 1;
      return db.octets(q);
    },
    read: (fn) => db.read((tx) => fn(counted(tx))),
    write: (fn) => db.write((tx) => fn(counted(tx))),
  };
}
