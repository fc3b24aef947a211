import { on } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import { type OffloadOutcome, outcomeOf } from "./offload-fault.js";

/** The worker's end: sends one portion for each message that asks for one, until nobody does or there is no more. */
export async function handOver(portions: Iterable<unknown>, port: MessagePort): Promise<void> {
  const rest = portions[Symbol.iterator]();
  for await (const _ of on(port, "message", { close: ["close"] })) {
    const { done, value } = rest.next();
    if (done) return;
    port.postMessage(value);
  }
  rest.return?.();
}

/**
 * The other end: the portions in order, each in a turn of the event loop of its own; the next one is made meanwhile.
 * Throws what `ended` tells of the worker. The port is closed whatever happens, also when the reader stops early.
 */
export async function* takeOver<P>(
  port: MessagePort,
  ended: Promise<OffloadOutcome<unknown>>,
): AsyncGenerator<P, void, undefined> {
  const messages = on(port, "message");
  // Asked for only after the portion before has come, so the end never overtakes a portion.
  const end = ended.then(() => ({ done: true, value: undefined }) as const);
  try {
    port.postMessage(null);
    for (;;) {
      const next: IteratorResult<unknown> = await Promise.race([messages.next(), end]);
      if (next.done) break;
      port.postMessage(null);
      await setImmediate();
      yield (next.value as readonly [P])[0];
    }
    outcomeOf(await ended);
  } finally {
    await messages.return?.();
    port.close();
  }
}
