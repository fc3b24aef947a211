import { addressBlock } from "@kalends/accounts";

/** Counts requests of those who do not sign in. */
export interface Visitors {
  /** Null = let in; else the seconds to wait. */
  take(address: string): number | null;
}

const WINDOW = 60_000;
const KEPT_AT_MOST = 50_000;

/** So many requests a minute from one address; whoever has one IPv6 address counts as its whole /64. Memory is bounded. */
export function countVisitors(limit: number, clock: () => number): Visitors {
  const counts = new Map<string, number>();
  let since = clock();
  return {
    take(address) {
      const now = clock();
      if (now - since >= WINDOW || now < since || counts.size >= KEPT_AT_MOST) {
        counts.clear();
        since = now;
      }
      const block = addressBlock(address);
      const count = counts.get(block) ?? 0;
      if (count >= limit) return Math.max(1, Math.ceil((since + WINDOW - now) / 1000));
      counts.set(block, count + 1);
      return null;
    },
  };
}
