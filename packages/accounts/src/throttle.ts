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
import { createFailureMemory } from "./failure-memory.js";
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

const WINDOW_MS = 15 * 60_000;

/** How an account is called among the subjects. */
export const accountSubject = (id: PrincipalId): string => `#${id}`;

/** Lets an account sign in again at once, whatever failed before; other processes hear of it within seconds. */
export const unlockAccount = async (db: ReadTx, id: PrincipalId): Promise<void> => {
  await db.rows(clearAccountFailures(accountSubject(id)));
};

type Subjects = readonly [both: FailureSubject, account: FailureSubject, address: FailureSubject];

/** What an attempt is counted for, and how much each of it bears. */
function subjectsWith(options: ThrottleOptions): (address: string, account: string) => Subjects {
  const { limit = 20, windowMs = WINDOW_MS } = options;
  const { accountLimit = limit * 5, addressLimit = limit * 25, lockMs = windowMs } = options;
  return (address, account) => {
    const block = addressBlock(address);
    return [
      { subject: `both ${block} ${account}`, atMost: limit, holdMs: windowMs },
      { subject: `account ${account}`, atMost: accountLimit, holdMs: lockMs },
      { subject: `address ${block}`, atMost: addressLimit, holdMs: windowMs },
    ];
  };
}

/**
 * Slows down guessing: failed sign-ins are counted per pair of address and account, per account and per address. The
 * table of the database holds for all processes; what is refused is mostly refused from memory, which is bounded.
 */
export function createThrottle(options: ThrottleOptions): Throttle {
  const { db, clock, windowMs = WINDOW_MS, capacity = 10_000 } = options;
  const memory = createFailureMemory(clock, capacity * 3);
  const subjectsOf = subjectsWith(options);

  async function take(address: string, account: string): Promise<Attempt> {
    const subjects = subjectsOf(address, account);
    const early = memory.refusal(memory.fresh(subjects), []);
    if (early !== undefined) return { allowed: false, retryAfter: early };
    // Counted before anything is waited for: of many at once only as many as are allowed go on.
    const ranks = memory.begin(subjects);
    const names = subjects.map(({ subject }) => subject);
    try {
      memory.learn(subjects, await db.rows<FailureRow>(failuresOf(names, clock())));
    } catch (error) {
      memory.end(subjects);
      throw error;
    }
    const retryAfter = memory.refusal(subjects, ranks);
    if (retryAfter === undefined) return { allowed: true };
    memory.end(subjects);
    return { allowed: false, retryAfter };
  }

  return Object.freeze<Throttle>({
    take,
    async failed(address, account) {
      const subjects = subjectsOf(address, account);
      const rows = await db
        .rows<FailureRow>(addFailures(subjects, clock(), windowMs))
        .finally(() => memory.end(subjects));
      memory.learn(subjects, rows);
      const [, { subject, atMost }] = subjects;
      return memory.failures(subject) === atMost;
    },
    giveBack: (address, account) => memory.end(subjectsOf(address, account)),
    async succeeded(address, account) {
      const subjects = subjectsOf(address, account);
      memory.end(subjects);
      const [both] = subjects;
      if (memory.failures(both.subject) === 0) return;
      memory.learn([both], []);
      await db.rows(clearFailures([both.subject]));
    },
  });
}
