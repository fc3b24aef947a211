const USUAL = 30 * 60;
const LONGEST = 60 * 60;

/**
 * Seconds a lock is given for: the first wish of the `Timeout` header that can be read, at most an hour; half an hour
 * without one (RFC 4918 10.7).
 */
export function parseTimeout(header: string | undefined): number {
  for (const wish of (header ?? "").split(",").map((each) => each.trim().toLowerCase())) {
    if (wish === "infinite") return LONGEST;
    const [, digits] = /^second-(\d{1,10})$/.exec(wish) ?? [];
    if (digits !== undefined) return Math.min(Math.max(Number(digits), 1), LONGEST);
  }
  return USUAL;
}
