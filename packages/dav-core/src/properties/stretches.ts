import { setImmediate as giveWay } from "node:timers/promises";
import type { Kind } from "../resource.js";
import type { Plan } from "./plan.js";

/** Members made at once, where nothing is read for all of them together. */
const STRETCH = 500;
/** Members of which parts are shown, between two turns of others: each of them is read. */
const HEAVY = 200;

/** Many rows in one list of cells. */
export interface Rows {
  /** Cells of a row. */
  readonly width: number;
  readonly count: number;
  readonly inPart: boolean;
}

/**
 * Makes something of rows, in batches: those of a plan that takes statements of its own are one batch, so that it takes them
 * once. What is made of a batch can be forgotten before the next one is made.
 */
export async function* inStretches<T>(
  { width, count, inPart }: Rows,
  plan: Plan,
  kind: Kind,
  make: (start: number) => T | undefined,
): AsyncGenerator<readonly T[], void, undefined> {
  const { batches, dead } = plan.of(kind);
  const stretch = batches.length === 0 && dead === "none" ? STRETCH : count;
  let made: T[] = [];
  for (let row = 0; row < count; row += 1) {
    const one = make(row * width);
    if (one !== undefined) made.push(one);
    if (inPart && row % HEAVY === HEAVY - 1) await giveWay();
    if (row % stretch === stretch - 1) {
      yield made;
      made = [];
    }
  }
  if (made.length > 0) yield made;
}
