import { monthLength } from "../wall.js";

const DURATION = /^[+-]?P(?=[\dT])(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/i;
const OFFSET = /^[+-]([01]\d|2[0-3])[0-5]\d(\d\d)?$/;

/** Whether "20260131" names a day that exists (RFC 5545 3.3.4). */
export function isDate(raw: string): boolean {
  return raw.length === 8 && isDateAt(raw);
}

/** Whether "100000Z" names a time of day; second 60 is allowed (RFC 5545 3.3.12). */
export function isTime(raw: string): boolean {
  return isTimeFrom(raw, 0);
}

/** Whether "20260131T100000Z" names a moment that exists (RFC 5545 3.3.5). */
export function isDateTime(raw: string): boolean {
  const mark = raw.charCodeAt(8);
  return (mark === 84 || mark === 116) && isTimeFrom(raw, 9) && isDateAt(raw);
}

function isDateAt(raw: string): boolean {
  const year = two(raw, 0) * 100 + two(raw, 2);
  const month = two(raw, 4);
  const day = two(raw, 6);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
}

function isTimeFrom(raw: string, at: number): boolean {
  const rest = raw.length - at;
  const mark = raw.charCodeAt(at + 6);
  if (rest !== 6 && !(rest === 7 && (mark === 90 || mark === 122))) return false;
  return two(raw, at) <= 23 && two(raw, at + 2) <= 59 && two(raw, at + 4) <= 60;
}

/** Two digits as a number; NaN for anything else. */
function two(raw: string, at: number): number {
  const tens = raw.charCodeAt(at) - 48;
  const ones = raw.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
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
