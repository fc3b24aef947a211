import { setImmediate } from "node:timers/promises";

/** Runs a pure function of a lower floor away from the event loop when its input is large. */
export interface Offload {
  run<A, R>(task: OffloadTask<A, R>, argument: A): Promise<R>;
  /**
   * The same for large results: each portion comes in a turn of the event loop of its own. Portions are not made much
   * before they are taken, and a worker waits for its reader: take them all before doing anything slow with them.
   */
  stream<A, P>(task: OffloadTask<A, Iterable<P>>, argument: A): AsyncIterable<P>;
}

export interface OffloadTask<A, R> {
  /** Name under which the worker knows the function; also what it does inline. */
  readonly name: string;
  readonly inline: (argument: A) => R;
  /** Octets of input, to decide whether a trip to a worker pays. */
  readonly weigh: (argument: A) => number;
}

/** Runs everything in this thread: for small inputs, and where there are no workers. */
export const inlineOffload: Offload = Object.freeze({
  run: async <A, R>(task: OffloadTask<A, R>, argument: A) => task.inline(argument),
  async *stream<A, P>(task: OffloadTask<A, Iterable<P>>, argument: A) {
    for (const portion of task.inline(argument)) {
      yield portion;
      await setImmediate();
    }
  },
});
