import type { Random } from "../generators/random.js";

/** A row of a table with the share it has of all draws. */
export interface Weighted {
  readonly weight: number;
}

export function drawWeighted<T extends Weighted>(random: Random, rows: readonly [T, ...T[]]): T {
  let left = random.int(rows.reduce((sum, { weight }) => sum + weight, 0));
  for (const row of rows) {
    left -= row.weight;
    if (left < 0) return row;
  }
  return rows[0];
}

/** Some of these, each once in `times`. */
export const some = <T>(random: Random, from: readonly T[], times: number): readonly T[] =>
  from.filter(() => random.oneIn(times));

/** One of these; the list may not be empty. */
export function oneOf<T>(random: Random, from: readonly T[]): T {
  const [first, ...rest] = from;
  if (first === undefined) throw new Error("nothing to choose from");
  return random.pick([first, ...rest]);
}

export const timesOf = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));
