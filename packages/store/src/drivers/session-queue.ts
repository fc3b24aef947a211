import type { Sessions } from "../database.js";

/** First in, first out over one session: statements may follow each other at once, a transaction keeps it to itself. */
export interface SessionQueue {
  shared<T>(fn: () => Promise<T>): Promise<T>;
  exclusive<T>(fn: () => Promise<T>): Promise<T>;
  /** The one session: at work or idle, and who stands in line. */
  sessions(): Sessions;
}

export function makeSessionQueue(): SessionQueue {
  let gate: Promise<unknown> = Promise.resolve();
  let holders = 0;
  let sharing = 0;
  const left = (): void => {
    sharing--;
  };
  return {
    shared(fn) {
      sharing++;
      const run = holders === 0 ? fn() : gate.then(fn);
      run.then(left, left);
      return run;
    },
    sessions() {
      const inUse = Math.min(1, holders + sharing);
      return { inUse, idle: 1 - inUse, waiting: holders + sharing - inUse };
    },
    exclusive(fn) {
      holders++;
      const run = gate.then(fn);
      gate = run
        .catch(() => undefined)
        .finally(() => {
          holders--;
        });
      return run;
    },
  };
}

export interface IdleLimit {
  /** Rejects with what `expired` makes when nothing happened for too long. */
  readonly promise: Promise<never>;
  touch(): void;
  stop(): void;
}

/** Ends a transaction whose holder has gone quiet; otherwise everybody behind it would wait for ever. */
export function makeIdleLimit(milliseconds: number, expired: () => Error): IdleLimit {
  let timer: NodeJS.Timeout | undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  promise.catch(() => undefined);
  const stop = () => clearTimeout(timer);
  const touch = () => {
    stop();
    timer = setTimeout(() => reject(expired()), milliseconds);
  };
  touch();
  return { promise, touch, stop };
}
