/**
 * Wall-clock arithmetic. A wall time is "milliseconds since 1970 as if the clock on the wall were UTC"; a day number counts
 * days since 1970-01-01. All functions are plain integer arithmetic over the proleptic Gregorian calendar.
 */
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** The last wall time an iCalendar DATE-TIME can write: 9999-12-31T23:59:59. */
export const LAST_WALL = 253_402_300_799_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Day number of a date of the proleptic Gregorian calendar; `month` is 1 to 12. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number: inverse of `dayNumber`. */
export function civilDate(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yoe + era * 400 + (month <= 2 ? 1 : 0), month, day: doy - Math.floor((153 * mp + 2) / 5) + 1 };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Number of days of a month, `month` 1 to 12. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 31);
}

export function yearLength(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

/** Day of the week of a day number: 0 Sunday to 6 Saturday. */
export function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export interface WallTime {
  /** Wall clock, milliseconds as if UTC. */
  readonly wall: number;
  readonly form: "date" | "local" | "utc";
}

/** Reads a jCal date or date-time ("2026-03-29", "2026-03-29T02:30:00", "...Z"); `undefined` for anything that is no time. */
export function parseWall(text: unknown): WallTime | undefined {
  if (typeof text !== "string" || text.length < 10) return undefined;
  const year = number(text, 0, 4);
  const month = number(text, 5, 2);
  const day = number(text, 8, 2);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && year >= 0)) return undefined;
  const midnight = dayNumber(year, month, day) * DAY;
  if (text.length === 10) return { wall: midnight, form: "date" };
  const hour = number(text, 11, 2);
  const minute = number(text, 14, 2);
  const second = number(text, 17, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined;
  const wall = midnight + hour * HOUR + minute * MINUTE + Math.min(second, 59) * SECOND;
  return { wall, form: text.charCodeAt(19) === 90 ? "utc" : "local" };
}

function number(text: string, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Prints a wall time as jCal: "2026-03-29" (`date`), "2026-03-29T02:30:00" (`local`), with "Z" (`utc`). */
export function printWall(wall: number, form: WallTime["form"]): string {
  const days = Math.floor(wall / DAY);
  const { year, month, day } = civilDate(days);
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  if (form === "date") return date;
  const rest = wall - days * DAY;
  const time = `${two(Math.floor(rest / HOUR))}:${two(Math.floor(rest / MINUTE) % 60)}:${two(Math.floor(rest / SECOND) % 60)}`;
  return `${date}T${time}${form === "utc" ? "Z" : ""}`;
}

/** A duration of RFC 5545 3.3.6: days move the wall clock, the rest is exact time. */
export interface Duration {
  readonly days: number;
  readonly time: number;
}

const DURATION = /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i;

/** Reads a duration such as "-P1DT2H"; `undefined` if it is none. */
export function parseDuration(text: unknown): Duration | undefined {
  const found = typeof text === "string" && text.length > 2 ? DURATION.exec(text) : null;
  if (!found) return undefined;
  const [, sign, weeks, days, hours, minutes, seconds] = found;
  const factor = sign === "-" ? -1 : 1;
  const time = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND;
  return { days: factor * (Number(weeks ?? 0) * 7 + Number(days ?? 0)) || 0, time: factor * time || 0 };
}
