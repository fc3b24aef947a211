/** Longest stretch of work without giving way to other requests, in milliseconds. */
const STRETCH = 15;

/**
 * Gives a function to call between pieces of work: it lets other requests run once the stretch is used up.
 * `clock` in milliseconds.
 */
export function breathing(clock: () => number): () => Promise<void> | undefined {
  let since = clock();
  return () => {
    if (clock() - since < STRETCH) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = clock();
        resolve();
      });
    });
  };
}
