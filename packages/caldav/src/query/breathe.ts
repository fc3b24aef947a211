/** Longest stretch of work without giving way to other requests: milliseconds, and pieces of work. */
const STRETCH = 15;
const PIECES = 100;

/**
 * Gives a function to call between pieces of work: it lets other requests run once the stretch is used up.
 * `clock` in milliseconds.
 */
export function breathing(clock: () => number): () => Promise<void> | undefined {
  let since = clock();
  let pieces = 0;
  return () => {
    pieces += 1;
    if (pieces < PIECES && clock() - since < STRETCH) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = clock();
        pieces = 0;
        resolve();
      });
    });
  };
}
