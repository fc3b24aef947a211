import { LRUCache } from "lru-cache";

export interface ThrottleOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Failures allowed per address and account within the window. */
  readonly limit?: number;
  readonly windowMs?: number;
  /** How many pairs of address and account are remembered. */
  readonly capacity?: number;
}

export type Attempt = { readonly allowed: true } | { readonly allowed: false; readonly retryAfter: number };

export interface Throttle {
  /** Counts an attempt before it is made. Refused ones do not count; `retryAfter` is in seconds. */
  take(address: string, account: string): Attempt;
  /** The attempt was not made after all. */
  giveBack(address: string, account: string): void;
  /** The attempt was good: all earlier failures are forgotten. */
  reset(address: string, account: string): void;
}

/** Whoever has one IPv6 address has the whole /64: they count as one. */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.replace(/%.*$/, "").toLowerCase();
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** Slows down guessing: so many failed sign-ins per address and account in a sliding window. Memory is bounded. */
export function createThrottle(options: ThrottleOptions): Throttle {
  const { clock, limit = 20, windowMs = 15 * 60_000, capacity = 10_000 } = options;
  const attempts = new LRUCache<string, number[]>({ max: capacity });
  const keyOf = (address: string, account: string) => `${addressBlock(address)} ${account}`;
  return Object.freeze<Throttle>({
    take(address, account) {
      const key = keyOf(address, account);
      const now = clock();
      const recent = (attempts.get(key) ?? []).filter((at) => at > now - windowMs);
      const oldest = recent[0];
      if (recent.length >= limit && oldest !== undefined) {
        return { allowed: false, retryAfter: Math.max(1, Math.ceil((oldest + windowMs - now) / 1000)) };
      }
      attempts.set(key, [...recent, now]);
      return { allowed: true };
    },
    giveBack(address, account) {
      attempts.get(keyOf(address, account))?.pop();
    },
    reset(address, account) {
      attempts.delete(keyOf(address, account));
    },
  });
}
