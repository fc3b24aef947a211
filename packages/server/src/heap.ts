import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** By how many per cent a heap may grow before all of it is looked through again: less costs time, more costs memory. */
const GROWTH = { usual: 100, large: 30 };

/** How long a large task with all that follows from it may leave more behind than usual (milliseconds). */
const A_WHILE = 20_000;

let back: NodeJS.Timeout | undefined;

/** Engines that do not know the word go on as they were. */
const grow = (percent: number): void => setFlagsFromString(`--heap-growing-percent=${percent}`);

/**
 * Keeps the heaps of this process and its threads close to what they hold. Left alone, the engine takes a machine with much memory
 * for one on which it may let a heap become four times as large before it collects.
 */
const growModerately = (): void => grow(GROWTH.usual);

/** Closer than that from now on for a while: a large file is about to be read and stored. */
export function growSlowly(): void {
  grow(GROWTH.large);
  clearTimeout(back);
  back = setTimeout(growModerately, A_WHILE).unref();
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
