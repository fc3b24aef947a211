import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** By how much a heap may grow before all of it is looked through again. */
const PERCENT = 30;

/**
 * Keeps the heaps of this process and its threads close to what they hold. Left alone, the engine takes a machine with much memory
 * for one on which it may let a heap become four times as large before it collects: reading a file of 10 000 events then
 * costs twice the memory. Engines that do not know the word go on as they were.
 */
export function growSlowly(): void {
  setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
}

/**
 * Gives back what a large task has left in the heap of this thread, which otherwise lies there until the next one. Takes as long
 * as some tens of milliseconds: not for a thread that answers requests.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  // Only a context made after that knows the word.
  runInNewContext("gc()");
}
