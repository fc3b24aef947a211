import { countLinkUse, type Database } from "@kalends/store";

const WRITTEN_EVERY = 60_000;
const KEPT_AT_MOST = 10_000;

/**
 * Counts how often links are followed: written at most once a minute for each, so that followers who come often cost no
 * writes. What a stopping process has not written yet is lost.
 */
export function countUses(db: Database, clock: () => number): (id: number) => Promise<void> {
  const pending = new Map<number, { hits: number; writtenAt: number }>();
  return async (id) => {
    const now = clock();
    const { hits, writtenAt } = pending.get(id) ?? { hits: 0, writtenAt: 0 };
    const isDue = now - writtenAt >= WRITTEN_EVERY;
    if (pending.size >= KEPT_AT_MOST) pending.clear();
    pending.set(id, isDue ? { hits: 0, writtenAt: now } : { hits: hits + 1, writtenAt });
    if (isDue) await db.rows(countLinkUse(id, hits + 1, now));
  };
}
