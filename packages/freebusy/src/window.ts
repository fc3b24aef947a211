import { parseIsoDate } from "@kalends/dav-xml";
import { refuseStatus } from "@kalends/dav-core";
import { parseDuration, type Range } from "@kalends/icalendar";

export const DAY = 86_400_000;
const BACK = 7 * DAY;
const AHEAD = 60 * DAY;
const MONTH = 31 * DAY;
const FURTHEST = 37 * MONTH;

/**
 * The window of an answer when nobody asks for one: a week back to sixty days ahead in whole days, so that it is the same
 * all day long, and as far as an upload speaks (DSC-82).
 */
export function usualWindow(now: number, spoken: Range | null): Range {
  const today = Math.floor(now / DAY) * DAY;
  const usual = { start: today - BACK, end: today + AHEAD };
  if (spoken === null) return usual;
  return {
    start: Math.max(Math.min(usual.start, spoken.start), today - 2 * MONTH),
    end: Math.min(Math.max(usual.end, spoken.end), today + FURTHEST),
  };
}

/** `20260105T090000Z`, `20260105`, and the forms of RFC 3339, as UTC milliseconds. */
function instant(name: string, text: string): number {
  const [, date, time = "000000"] = /^(\d{8})(?:T(\d{6})Z?)?$/.exec(text) ?? [];
  const iso =
    date === undefined
      ? text
      : `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`;
  const found = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? parseIsoDate(`${iso}T00:00:00Z`) : parseIsoDate(iso);
  return found ?? refuseStatus(400, `${name} is a time like 20260105T090000Z or 2026-01-05.`);
}

/**
 * The window asked for by `start`, `end` and `period` of the query, whose names are taken in any case (CalConnect free/busy
 * URLs; DSC-82); null when none is. Refuses with 400 what is no window, or longer than `days`.
 */
export function askedWindow(query: URLSearchParams, now: number, days: number): Range | null {
  const asked = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  const [from, to, length] = [asked.get("start"), asked.get("end"), asked.get("period")];
  if (from === undefined && to === undefined && length === undefined) return null;
  const start = from === undefined ? usualWindow(now, null).start : instant("start", from);
  const end = to === undefined ? start + lengthOf(length) : instant("end", to);
  if (end <= start) return refuseStatus(400, "The window ends before it begins.");
  if (end - start > days * DAY) return refuseStatus(400, `A window spans at most ${days} days.`);
  return { start, end };
}

function lengthOf(text: string | undefined): number {
  if (text === undefined) return BACK + AHEAD;
  const duration = parseDuration(text.toUpperCase());
  if (!duration) return refuseStatus(400, "period is a duration like P42D.");
  return duration.days * DAY + duration.time;
}
