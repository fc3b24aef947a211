import type { Exchange } from "@kalends/dav-core";

/** Longest stretch of work without giving way to other requests: milliseconds, and pieces of work. */
const STRETCH = 15;
const PIECES = 100;

/**
 * Gives a function to call between pieces of work: it lets other requests run once the stretch is used up, and ends the
 * work when the request is over (its deadline has passed, its client is gone).
 */
export function breathing({
  services,
  signal,
}: Pick<Exchange, "services" | "signal">): () => Promise<void> | undefined {
  const { clock } = services;
  let since = clock();
  let pieces = 0;
  return () => {
    pieces += 1;
    signal.throwIfAborted();
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
