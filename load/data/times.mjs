// Times in milliseconds, and how iCalendar writes them.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What the queries ask for: May 2025. */
export const MONTH = Object.freeze({ from: Date.UTC(2025, 4, 1), to: Date.UTC(2025, 5, 1) });

/** How many months there are to ask for: more than anybody remembers. */
export const MONTHS = 40;
/** One of them, the first from 0. */
export const monthAt = (count) => ({ from: Date.UTC(2022, 6 + count, 1), to: Date.UTC(2022, 7 + count, 1) });

/** `20250501T090000Z`. */
export const utcText = (time) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
/** `20250501T090000`, of a wall-clock time. */
export const wallText = (time) => utcText(time).slice(0, -1);
/** `20250501`. */
export const dateText = (time) => utcText(time).slice(0, 8);
