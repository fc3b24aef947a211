/** Look-ups that found nothing, by whom they came from; memory is bounded. */
export interface Misses {
  /** Counts a look-up before it is made; seconds to wait instead when there were too many, else 0. */
  look(from: string): number;
  /** It found something and does not count. */
  found(from: string): void;
}

const WINDOW = 15 * 60_000;
const REMEMBERED = 10_000;

/** Allows so many in a quarter of an hour. `clock` in epoch milliseconds. */
export function createMisses(limit: number, clock: () => number): Misses {
  const counts = new Map<string, { until: number; count: number }>();
  return Object.freeze<Misses>({
    look(from) {
      const now = clock();
      const known = counts.get(from);
      const entry = known && known.until > now ? known : { until: now + WINDOW, count: 0 };
      if (entry.count >= limit) return Math.max(1, Math.ceil((entry.until - now) / 1000));
      entry.count += 1;
      counts.delete(from);
      counts.set(from, entry);
      const [oldest] = counts.keys();
      if (counts.size > REMEMBERED && oldest !== undefined) counts.delete(oldest);
      return 0;
    },
    found(from) {
      const entry = counts.get(from);
      if (entry && entry.count > 0) entry.count -= 1;
    },
  });
}
