import {
  addFailures,
  clearAccountFailures,
  clearFailures,
  type FailureRow,
  type FailureSubject,
  failuresOf,
  type PrincipalId,
  type ReadTx,
} from "@kalends/store";
import { LRUCache } from "lru-cache";
import { addressBlock } from "./networks.js";

export interface ThrottleOptions {
  readonly db: ReadTx;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Failures allowed per address and account within the window. */
  readonly limit?: number;
  /** Failures allowed per account, from whatever addresses; then it is locked. */
  readonly accountLimit?: number;
  /** Failures allowed per address, for whatever accounts. */
  readonly addressLimit?: number;
  readonly windowMs?: number;
  /** How long an account stays locked. */
  readonly lockMs?: number;
  /** How many accounts, addresses and pairs of both are remembered here. */
  readonly capacity?: number;
}

export type Attempt = { readonly allowed: true } | { readonly allowed: false; readonly retryAfter: number };

export interface Throttle {
  /** Counts an attempt before it is made. Refused ones do not count; `retryAfter` is in seconds. */
  take(address: string, account: string): Promise<Attempt>;
  /** The attempt failed. Gives true when this locked the account. */
  failed(address: string, account: string): Promise<boolean>;
  /** The attempt was not made after all. */
  giveBack(address: string, account: string): void;
  /** The attempt was good: earlier failures of this account from this address are forgotten. */
  succeeded(address: string, account: string): Promise<void>;
}

interface Known {
  failures: number;
  until: number;
  /** Attempts that are being made. */
  pending: number;
  readAt: number;
}

/** How an account is called among the subjects. */
export const accountSubject = (id: PrincipalId): string => `#${id}`;

/** Lets an account sign in again at once, whatever failed before; other processes hear of it within seconds. */
export const unlockAccount = async (db: ReadTx, id: PrincipalId): Promise<void> => {
  await db.rows(clearAccountFailures(accountSubject(id)));
};

/** For how long memory alone refuses; then the table is asked again, since others may have lifted it. */
const TRUSTED_MS = 5_000;
const ALL_PENDING_SECONDS = 5;

/**
 * Slows down guessing: failed sign-ins are counted per pair of address and account, per account and per address. The
 * table of the database holds for all processes; what is refused is mostly refused from memory, which is bounded.
 */
export function createThrottle(options: ThrottleOptions): Throttle {
  const { db, clock, limit = 20, windowMs = 15 * 60_000, capacity = 10_000 } = options;
  const { accountLimit = limit * 5, addressLimit = limit * 25, lockMs = windowMs } = options;
  const memory = new LRUCache<string, Known>({ max: capacity * 3 });

  const subjectsOf = (address: string, account: string): readonly [FailureSubject, ...FailureSubject[]] => {
    const block = addressBlock(address);
    return [
      { subject: `both ${block} ${account}`, atMost: limit, holdMs: windowMs },
      { subject: `account ${account}`, atMost: accountLimit, holdMs: lockMs },
      { subject: `address ${block}`, atMost: addressLimit, holdMs: windowMs },
    ];
  };

  function known(subject: string): Known {
    const there = memory.get(subject);
    if (there) {
      if (there.until <= clock()) there.failures = 0;
      return there;
    }
    const fresh: Known = { failures: 0, until: 0, pending: 0, readAt: 0 };
    memory.set(subject, fresh);
    return fresh;
  }

  function learn(subjects: readonly FailureSubject[], rows: readonly FailureRow[]): void {
    const bySubject = new Map(rows.map((row) => [row.subject, row]));
    for (const { subject } of subjects) {
      const row = bySubject.get(subject);
      Object.assign(known(subject), { failures: row?.failures ?? 0, until: row?.until ?? 0, readAt: clock() });
    }
  }

  /** Seconds until the last of what is full counts no more; undefined where there is room for the attempt of this rank. */
  function refusal(subjects: readonly FailureSubject[], ranks: readonly number[]): number | undefined {
    const now = clock();
    const waits = subjects.flatMap(({ subject, atMost }, n) => {
      const { failures, until } = known(subject);
      if (failures >= atMost) return [Math.max(1, Math.ceil((until - now) / 1000))];
      return failures + (ranks[n] ?? 1) > atMost ? [ALL_PENDING_SECONDS] : [];
    });
    return waits.length === 0 ? undefined : Math.max(...waits);
  }

  const giveBack = (subjects: readonly FailureSubject[]): void => {
    for (const { subject } of subjects) {
      const entry = known(subject);
      entry.pending = Math.max(0, entry.pending - 1);
    }
  };

  async function take(address: string, account: string): Promise<Attempt> {
    const subjects = subjectsOf(address, account);
    const fresh = subjects.filter(({ subject }) => clock() - known(subject).readAt < TRUSTED_MS);
    const early = refusal(fresh, []);
    if (early !== undefined) return { allowed: false, retryAfter: early };
    // Counted before anything is waited for: of many at once only as many as are allowed go on.
    const ranks = subjects.map(({ subject }) => (known(subject).pending += 1));
    try {
      learn(
        subjects,
        await db.rows<FailureRow>(
          failuresOf(
            subjects.map(({ subject }) => subject),
            clock(),
          ),
        ),
      );
    } catch (error) {
      giveBack(subjects);
      throw error;
    }
    const retryAfter = refusal(subjects, ranks);
    if (retryAfter === undefined) return { allowed: true };
    giveBack(subjects);
    return { allowed: false, retryAfter };
  }

  return Object.freeze<Throttle>({
    take,
    async failed(address, account) {
      const subjects = subjectsOf(address, account);
      const rows = await db
        .rows<FailureRow>(addFailures(subjects, clock(), windowMs))
        .finally(() => giveBack(subjects));
      learn(subjects, rows);
      return known(`account ${account}`).failures === accountLimit;
    },
    giveBack: (address, account) => giveBack(subjectsOf(address, account)),
    async succeeded(address, account) {
      const subjects = subjectsOf(address, account);
      giveBack(subjects);
      const [{ subject: both }] = subjects;
      if (known(both).failures === 0) return;
      learn(subjects.slice(0, 1), []);
      await db.rows(clearFailures([both]));
    },
  });
}
