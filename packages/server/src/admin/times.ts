import { AdminError } from "./command.js";

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY, w: 7 * DAY };

/**
 * A time somebody wrote, in epoch milliseconds: `2027-01-31` (`end`: the end of that day, else its beginning; UTC),
 * `2027-01-31T12:00Z`, or so long from now or before (`90d`, `12h`, `2w`). Throws `AdminError`.
 */
export function timeFrom(text: string, now: number, edge: "begin" | "end"): number {
  const [, count, unit = ""] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return now + (edge === "end" ? 1 : -1) * Number(count) * (UNITS[unit] ?? DAY);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = isDate || /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time))
    throw new AdminError(`"${text}" is no time: write it like 2027-01-31, 2027-01-31T12:00Z, or 90d`);
  return isDate && edge === "end" ? time + DAY : time;
}

/** For listings: to the minute, UTC. */
export const shownTime = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")}Z`;
