/** First in, first out over one session: statements may follow each other at once, a transaction keeps it to itself. */
export interface SessionQueue {
  shared<T>(fn: () => Promise<T>): Promise<T>;
  exclusive<T>(fn: () => Promise<T>): Promise<T>;
}

export function makeSessionQueue(): SessionQueue {
  let gate: Promise<unknown> = Promise.resolve();
  let holders = 0;
  return {
    shared: (fn) => (holders === 0 ? fn() : gate.then(fn)),
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
