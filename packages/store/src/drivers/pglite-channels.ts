import type { Engine } from "./engine.js";
import { type Life, unlimited } from "./pglite-life.js";
import { asksToRun } from "./pglite-question.js";
import type { Thread } from "./pglite-thread.js";

/** Who listens to what is notified. */
export interface Channels {
  tell(channel: string, payload: string): void;
  /** Has a thread that was opened again listen to all of them. */
  resume(thread: Thread): Promise<void>;
  readonly listen: Engine["listen"];
}

const listening = (channel: string): string => `listen "${channel.replaceAll('"', '""')}"`;

export function makeChannels({ queue, thread, ask }: Life): Channels {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  return {
    tell(channel, payload) {
      for (const fn of listeners.get(channel) ?? []) fn(payload);
    },
    async resume(reopened) {
      for (const channel of listeners.keys()) await reopened.ask(asksToRun(listening(channel)).octets, unlimited);
    },
    async listen(channel, fn) {
      const hearing = listeners.get(channel) ?? new Set();
      listeners.set(channel, hearing.add(fn));
      await queue.exclusive(() => ask(thread(), asksToRun(listening(channel))));
      return async () => {
        hearing.delete(fn);
        if (hearing.size > 0 || !listeners.delete(channel)) return;
        await queue.exclusive(() => ask(thread(), asksToRun(`un${listening(channel)}`)));
      };
    },
  };
}
