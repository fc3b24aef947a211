import { monthLength } from "../wall.js";

const DATE = /^(\d{4})(\d\d)(\d\d)$/;
const DATE_TIME = /^(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(\d\d)([Zz]?)$/;
const DURATION = /^[+-]?P(?=[\dT])(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/;
const OFFSET = /^([+-])(\d\d)(\d\d)(\d\d)?$/;
const J_DATE = /^\d{4}-\d\d-\d\d$/;
const J_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/;
const J_OFFSET = /^[+-]\d\d:\d\d(:\d\d)?$/;

/** "20260131" to "2026-01-31"; undefined when no such day exists (RFC 5545 3.3.4). */
export function decodeDate(raw: string): string | undefined {
  const [, year, month, day] = DATE.exec(raw) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return dayExists(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined;
}

/** "20260131T100000Z" to "2026-01-31T10:00:00Z"; undefined when no such moment exists; second 60 is allowed (RFC 5545 3.3.5). */
export function decodeDateTime(raw: string): string | undefined {
  const found = DATE_TIME.exec(raw);
  const date = found === null ? undefined : decodeDate(raw.slice(0, 8));
  if (found === null || date === undefined) return undefined;
  const [, , , , hour = "", minute = "", second = "", utc = ""] = found;
  if (hour > "23" || minute > "59" || second > "60") return undefined;
  return `${date}T${hour}:${minute}:${second}${utc.toUpperCase()}`;
}

/** The text itself when it is a duration (RFC 5545 3.3.6); weeks may stand beside days, as some clients write. */
export function decodeDuration(raw: string): string | undefined {
  return DURATION.test(raw) && raw !== "P" ? raw : undefined;
}

/** "a/b" to [start, end] or [start, duration] (RFC 5545 3.3.9). */
export function decodePeriod(raw: string): [string, string] | undefined {
  const slash = raw.indexOf("/");
  const start = decodeDateTime(raw.slice(0, Math.max(slash, 0)));
  const rest = raw.slice(slash + 1);
  const end = decodeDateTime(rest) ?? decodeDuration(rest);
  return start === undefined || end === undefined || end.startsWith("-") ? undefined : [start, end];
}

/** "+0130" to "+01:30" (RFC 5545 3.3.14). */
export function decodeOffset(raw: string): string | undefined {
  const [, sign, hours, minutes, seconds] = OFFSET.exec(raw) ?? [];
  if (hours === undefined || hours > "23" || (minutes ?? "") > "59") return undefined;
  return `${sign}${hours}:${minutes}${seconds === undefined ? "" : `:${seconds}`}`;
}

/** The written form of a jCal date or date-time; anything else as it is. */
export function encodeTime(value: string): string {
  return J_DATE.test(value) || J_DATE_TIME.test(value) ? value.replace(/[-:]/g, "") : value;
}

export function encodeOffset(value: string): string {
  return J_OFFSET.test(value) ? value.replaceAll(":", "") : value;
}

function dayExists(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
}
