const FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Epoch milliseconds to IMF-fixdate, always GMT: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7). */
export function formatHttpDate(time: number): string {
  return new Date(time).toUTCString();
}

/** IMF-fixdate to epoch milliseconds; undefined for anything else, also for a wrong weekday or day of month. */
export function parseHttpDate(value: string): number | undefined {
  if (!FIXDATE.test(value)) return undefined;
  const time = Date.parse(value);
  return !Number.isNaN(time) && formatHttpDate(time) === value ? time : undefined;
}

/** Epoch milliseconds to UTC with whole seconds: `1997-12-01T17:42:21Z` (RFC 3339, RFC 4918 15.1). */
export function formatIsoDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, -5)}Z`;
}

/** A date-time with an offset or `Z` to epoch milliseconds; undefined for anything else (RFC 3339 5.6). */
export function parseIsoDate(value: string): number | undefined {
  if (!DATE_TIME.test(value)) return undefined;
  const time = Date.parse(value.toUpperCase());
  const day = Number(value.slice(8, 10));
  const daysInMonth = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
  return Number.isNaN(time) || day > daysInMonth ? undefined : time;
}
