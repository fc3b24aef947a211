import type { Database, EventMap } from "./database.js";
import type { Emission } from "./emit.js";
import { claimOutbox, finishOutbox, type OutboxRow, postponeOutbox } from "./statements/outbox.js";

/** Hears of what was committed: outside the transaction, at least once, so it must be idempotent. */
export interface Subscriber<T extends keyof EventMap = keyof EventMap> {
  readonly name: string;
  readonly topics: readonly T[];
  /** Which messages nobody has claimed yet become one; none unless given. */
  readonly coalesce?: Emission["coalesce"];
  handle(topic: T, payload: EventMap[T], db: Database): Promise<void>;
}

/** What a statement that writes must emit for these subscribers to hear of it. */
export const emissionsFor = (subscribers: readonly Subscriber[]): readonly Emission[] =>
  subscribers.flatMap(({ name, topics, coalesce = "none" }) =>
    topics.map((topic) => ({ subscriber: name, topic, coalesce })),
  );

const givenUpAfter = 20;
const leaseMs = 5 * 60_000;
const longestDelayMs = 6 * 3600_000;

/** 1 s, 2 s, 4 s … up to six hours. */
export const delayAfter = (attempts: number): number => Math.min(longestDelayMs, 1000 * 2 ** attempts);

async function deliver(db: Database, subscribers: ReadonlyMap<string, Subscriber>, row: OutboxRow): Promise<void> {
  try {
    // The payload was written for this topic by the one who emitted it.
    await subscribers.get(row.subscriber)?.handle(row.topic as keyof EventMap, row.payload as never, db);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await db.rows(postponeOutbox(row.id, reason, delayAfter(row.attempts), row.attempts + 1 >= givenUpAfter));
    return;
  }
  await db.rows(finishOutbox(row.id));
}

/**
 * Claims what is due and hands it over, one message after the other; gives how many there were.
 */
export async function runOutbox(db: Database, subscribers: readonly Subscriber[], limit = 20): Promise<number> {
  const byName = new Map(subscribers.map((subscriber) => [subscriber.name, subscriber]));
  const claimed = await db.rows<OutboxRow>(claimOutbox([...byName.keys()], limit, leaseMs));
  for (const row of claimed) await deliver(db, byName, row);
  return claimed.length;
}
