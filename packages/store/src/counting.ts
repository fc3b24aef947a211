import { AsyncLocalStorage } from "node:async_hooks";

interface Tally {
  count: number;
  readonly outer: Tally | undefined;
}

const current = new AsyncLocalStorage<Tally>();

/** Runs `fn` and counts the statements it sends (begin and commit are not counted). */
export async function countingStatements<T>(
  fn: () => Promise<T>,
): Promise<{ readonly value: T; readonly count: number }> {
  const tally: Tally = { count: 0, outer: current.getStore() };
  const value = await current.run(tally, fn);
  return { value, count: tally.count };
}

export function countStatement(): void {
  for (let tally = current.getStore(); tally; tally = tally.outer) tally.count++;
}
