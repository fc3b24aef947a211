export type Lane = <T>(job: () => Promise<T>) => Promise<T>;

/** Runs at most `concurrency` jobs at a time; at most `waiting` more are kept, others fail with `full()`. */
export function createLane(concurrency: number, waiting: number, full: () => Error): Lane {
  const queue: (() => void)[] = [];
  let running = 0;
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };
  return async (job) => {
    if (running < concurrency) running++;
    else {
      if (queue.length >= waiting) throw full();
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await job();
    } finally {
      leave();
    }
  };
}
