import { monthLength } from "../wall.js";

const DATE = /^(\d{4})(\d\d)(\d\d)$/;
const TIME = /^(\d\d)(\d\d)(\d\d)[Zz]?$/;
const DURATION = /^[+-]?P(?=[\dT])(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/i;
const OFFSET = /^[+-]([01]\d|2[0-3])[0-5]\d(\d\d)?$/;

/** Whether "20260131" names a day that exists (RFC 5545 3.3.4). */
export function isDate(raw: string): boolean {
  const [, year, month, day] = DATE.exec(raw) ?? [];
  return year !== undefined && dayExists(Number(year), Number(month), Number(day));
}

/** Whether "100000Z" names a time of day; second 60 is allowed (RFC 5545 3.3.12). */
export function isTime(raw: string): boolean {
  const [, hour, minute, second] = TIME.exec(raw) ?? [];
  if (hour === undefined || minute === undefined || second === undefined) return false;
  return hour <= "23" && minute <= "59" && second <= "60";
}

/** Whether "20260131T100000Z" names a moment that exists (RFC 5545 3.3.5). */
export function isDateTime(raw: string): boolean {
  return (raw.charAt(8) === "T" || raw.charAt(8) === "t") && isTime(raw.slice(9)) && isDate(raw.slice(0, 8));
}

/** Whether it is a duration (RFC 5545 3.3.6); weeks may stand beside days, as some clients write. */
export function isDuration(raw: string): boolean {
  return DURATION.test(raw);
}

/** Whether it is start/end or start/duration (RFC 5545 3.3.9). */
export function isPeriod(raw: string): boolean {
  const slash = raw.indexOf("/");
  const end = raw.slice(slash + 1);
  return (
    slash !== -1 && isDateTime(raw.slice(0, slash)) && (isDateTime(end) || (isDuration(end) && !end.startsWith("-")))
  );
}

/** Whether it is "+0130" or "+013000" (RFC 5545 3.3.14). */
export function isOffset(raw: string): boolean {
  return OFFSET.test(raw);
}

function dayExists(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
}
