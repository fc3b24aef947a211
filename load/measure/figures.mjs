// Figures from samples.

/** A quantile of sorted numbers; null of none. */
export const quantile = (sorted, share) =>
  sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];

const ascending = (numbers) => [...numbers].sort((a, b) => a - b);

export function median(numbers) {
  const known = ascending(numbers.filter((number) => number !== null && number !== undefined));
  if (known.length === 0) return null;
  const middle = known.length >> 1;
  return known.length % 2 === 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}

/** `{ p50, p95, p99 }` of latencies in milliseconds. */
export function percentiles(latencies) {
  const sorted = ascending(latencies);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}
