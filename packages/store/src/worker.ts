import type { Database } from "./database.js";
import type { Log } from "./drivers/engine.js";
import { outboxChannel } from "./emit.js";
import { runOutbox, type Subscriber } from "./outbox.js";

export interface WorkerOptions {
  readonly db: Database;
  readonly subscribers: readonly Subscriber[];
  readonly log: Log;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Between looks at the table when no hint comes; 5 s unless given. */
  readonly pollMs?: number;
}

export interface OutboxWorker {
  /** Works off what is due until nothing is left or the time is over; gives how many messages were handed over. */
  drain(deadlineMs: number): Promise<number>;
  /** Waits for the message in hand and ends. */
  stop(): Promise<void>;
}

/** Works through the outbox: a notification wakes it at once, the table is the truth and is looked at regularly. */
export async function startOutboxWorker(options: WorkerOptions): Promise<OutboxWorker> {
  const { db, subscribers, log, clock, pollMs = 5000 } = options;
  let stopped = false;
  let running: Promise<void> | undefined;
  let again = false;

  const round = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && (await runOutbox(db, subscribers)) > 0);
    } while (again && !stopped);
  };

  const wake = (): void => {
    again = true;
    if (running || stopped) return;
    running = round()
      .catch((error: unknown) => log("outbox round failed", { error: String(error) }))
      .finally(() => {
        running = undefined;
      });
  };

  const timer = setInterval(wake, pollMs);
  timer.unref();
  const unlisten = await db.listen(outboxChannel, wake).catch((error: unknown) => {
    log("no hints from the outbox, polling only", { error: String(error) });
    return () => Promise.resolve();
  });
  wake();

  return {
    async drain(deadlineMs) {
      const end = clock() + deadlineMs;
      let handed = 0;
      for (let found = 1; found > 0 && clock() < end && !stopped; handed += found) {
        found = await runOutbox(db, subscribers, 1);
      }
      return handed;
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await unlisten().catch(() => undefined);
      await running;
    },
  };
}
