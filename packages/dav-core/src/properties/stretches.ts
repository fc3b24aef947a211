import { setImmediate as giveWay } from "node:timers/promises";
import type { Octets } from "@kalends/dav-xml";
import type { Kind } from "../resource.js";
import type { CellRows } from "../rows/cell-text.js";
import type { Plan } from "./plan.js";

/** Members of which parts are shown, between two turns of others: each of them is read. */
const HEAVY = 200;

/** Makes something of the row whose cells begin there; undefined = nothing. If it is plain, nothing in it needs an escape. */
export type Make<T> = (cells: readonly Octets[], start: number, isPlain: boolean) => T | undefined;

/**
 * Makes something of the rows of members, in batches: those of a plan that takes statements of its own are one batch, so
 * that it takes them once. What is made of a batch can be forgotten before the next one is made.
 */
export async function* inStretches<T>(
  rows: CellRows,
  plan: Plan,
  kind: Kind,
  inPart: boolean,
  make: Make<T>,
): AsyncGenerator<readonly T[], void, undefined> {
  const { batches, dead } = plan.of(kind);
  const atOnce = batches.length > 0 || dead !== "none";
  let made: T[] = [];
  let seen = 0;
  for (const { cells, isPlain } of rows.stretches()) {
    for (let start = 0; start < cells.length; start += rows.width) {
      const one = make(cells, start, isPlain);
      if (one !== undefined) made.push(one);
      seen += 1;
      if (inPart && seen % HEAVY === 0) await giveWay();
    }
    if (atOnce) continue;
    yield made;
    made = [];
  }
  if (made.length > 0) yield made;
}
