import { civilDate, dayNumber, monthLength, weekday, yearLength } from "../wall.js";
import type { Rule, WeekdayPart } from "./rule.js";

/** What a rule takes from DTSTART when a part is missing. */
export interface Anchor {
  readonly day: number;
  readonly month: number;
  readonly monthDay: number;
  readonly weekday: number;
}

export function anchorOf(day: number): Anchor {
  const date = civilDate(day);
  return { day, month: date.month, monthDay: date.day, weekday: weekday(day) };
}

const sortedUnique = (days: number[]): number[] => {
  days.sort((a, b) => a - b);
  return days.filter((day, i) => i === 0 || day !== days[i - 1]);
};

/** Day of a month as BYMONTHDAY names it (negative from the end), SKIP applied; `undefined` if there is none (RFC 5545 3.3.10). */
function monthDay(rule: Rule, year: number, month: number, position: number): number | undefined {
  const length = monthLength(year, month);
  const first = dayNumber(year, month, 1);
  if (position < 0) return length + position >= 0 ? first + length + position : undefined;
  if (position <= length) return first + position - 1;
  if (rule.skip === "BACKWARD") return first + length - 1;
  return rule.skip === "FORWARD" ? first + length : undefined;
}

/** Days of [first, first + length) that fall on the weekdays, with ordinals counted within that stretch. */
function weekdaysWithin(parts: readonly WeekdayPart[], first: number, length: number): number[] {
  const days: number[] = [];
  for (const { day, ordinal } of parts) {
    const offset = (day - weekday(first) + 7) % 7;
    const count = Math.floor((length - offset + 6) / 7);
    if (ordinal === 0) for (let i = 0; i < count; i++) days.push(first + offset + 7 * i);
    else {
      const index = ordinal > 0 ? ordinal - 1 : count + ordinal;
      if (index >= 0 && index < count) days.push(first + offset + 7 * index);
    }
  }
  return days;
}

const hasWeekday = (parts: readonly WeekdayPart[], day: number): boolean => {
  const name = weekday(day);
  return parts.some((part) => part.day === name);
};

/** Days of one month for FREQ=MONTHLY, ascending: BYMONTHDAY expands, BYDAY expands or else limits (RFC 5545 3.3.10). */
export function daysOfMonth(rule: Rule, anchor: Anchor, year: number, month: number): number[] {
  const first = dayNumber(year, month, 1);
  const weekdaySet = rule.byDay && weekdaysWithin(rule.byDay, first, monthLength(year, month));
  if (weekdaySet && !rule.byMonthDay) return sortedUnique(weekdaySet);
  const days: number[] = [];
  for (const position of rule.byMonthDay ?? [anchor.monthDay]) {
    const day = monthDay(rule, year, month, position);
    if (day !== undefined && (!weekdaySet || weekdaySet.includes(day))) days.push(day);
  }
  return sortedUnique(days);
}

/** Days of one week (first day given) for FREQ=WEEKLY, ascending; BYMONTH limits, ordinals of BYDAY mean nothing. */
export function daysOfWeek(rule: Rule, anchor: Anchor, first: number): number[] {
  const days: number[] = [];
  for (let day = first; day < first + 7; day++) {
    if (rule.byDay ? !hasWeekday(rule.byDay, day) : weekday(day) !== anchor.weekday) continue;
    if (!rule.byMonth || rule.byMonth.includes(civilDate(day).month)) days.push(day);
  }
  return days;
}

/** Whether a day passes the limiting parts of a FREQ of DAILY or shorter. */
export function dayPasses(rule: Rule, day: number, withYearDay: boolean): boolean {
  if (rule.byDay && !hasWeekday(rule.byDay, day)) return false;
  if (!rule.byMonth && !rule.byMonthDay && !(withYearDay && rule.byYearDay)) return true;
  const date = civilDate(day);
  if (rule.byMonth && !rule.byMonth.includes(date.month)) return false;
  if (rule.byMonthDay) {
    const fromEnd = date.day - monthLength(date.year, date.month) - 1;
    if (!rule.byMonthDay.includes(date.day) && !rule.byMonthDay.includes(fromEnd)) return false;
  }
  if (!withYearDay || !rule.byYearDay) return true;
  const ofYear = day - dayNumber(date.year, 1, 1) + 1;
  return rule.byYearDay.includes(ofYear) || rule.byYearDay.includes(ofYear - yearLength(date.year) - 1);
}

/** First day of week 1: the first week with at least four days in the year. */
function firstWeek(year: number, weekStart: number): number {
  const january4 = dayNumber(year, 1, 4);
  return january4 - ((weekday(january4) - weekStart + 7) % 7);
}

/** Whether the week of that day is one of BYWEEKNO, counted in the week's own year. */
function inWeeks(rule: Rule, weeks: readonly number[], day: number, year: number): boolean {
  let start = firstWeek(year, rule.weekStart);
  let next = firstWeek(year + 1, rule.weekStart);
  if (day < start) [start, next] = [firstWeek(year - 1, rule.weekStart), start];
  else if (day >= next) [start, next] = [next, firstWeek(year + 2, rule.weekStart)];
  const week = Math.floor((day - start) / 7) + 1;
  return weeks.includes(week) || weeks.includes(week - (next - start) / 7 - 1);
}

function yearDays(rule: Rule, positions: readonly number[], year: number): number[] {
  const length = yearLength(year);
  const first = dayNumber(year, 1, 1);
  const days: number[] = [];
  for (const position of positions) {
    const index = position > 0 ? position - 1 : length + position;
    if (index >= 0 && index < length) days.push(first + index);
    else if (position > 0 && rule.skip !== "OMIT") days.push(first + (rule.skip === "BACKWARD" ? length - 1 : length));
  }
  return days;
}

function monthDaysOfYear(rule: Rule, anchor: Anchor, year: number): number[] {
  const months = rule.byMonth ?? (rule.byMonthDay ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : [anchor.month]);
  const days: number[] = [];
  for (const month of months) {
    for (const position of rule.byMonthDay ?? [anchor.monthDay]) {
      const day = monthDay(rule, year, month, position);
      if (day !== undefined) days.push(day);
    }
  }
  return days;
}

/** The days BYDAY names in a year: ordinals count within the months of BYMONTH, else within the year. */
function weekdaysOfYear(rule: Rule, parts: readonly WeekdayPart[], year: number): number[] {
  if (rule.byWeekNo) {
    const plain = parts.map(({ day }) => ({ day, ordinal: 0 }));
    return weekdaysWithin(plain, dayNumber(year, 1, 1), yearLength(year));
  }
  if (!rule.byMonth) return weekdaysWithin(parts, dayNumber(year, 1, 1), yearLength(year));
  return rule.byMonth.flatMap((month) => weekdaysWithin(parts, dayNumber(year, month, 1), monthLength(year, month)));
}

/** Days of one year for FREQ=YEARLY, ascending: the parts expand in the order of RFC 5545 3.3.10 and each later one narrows. */
export function daysOfYear(rule: Rule, anchor: Anchor, year: number): number[] {
  const { byDay, byMonth, byMonthDay, byWeekNo, byYearDay } = rule;
  const weekdays = byDay ?? (byWeekNo && !byMonthDay && !byYearDay ? [{ day: anchor.weekday, ordinal: 0 }] : undefined);
  const weekdaySet = weekdays && weekdaysOfYear(rule, weekdays, year);
  let days: number[];
  if (byYearDay) days = yearDays(rule, byYearDay, year);
  else if (byMonthDay || !weekdaySet) days = monthDaysOfYear(rule, anchor, year);
  else days = weekdaySet;
  if (byYearDay && byMonthDay) {
    const named = new Set(monthDaysOfYear(rule, anchor, year));
    days = days.filter((day) => named.has(day));
  }
  if (weekdaySet && days !== weekdaySet) {
    const named = new Set(weekdaySet);
    days = days.filter((day) => named.has(day));
  }
  if (byMonth && (byYearDay || byWeekNo)) days = days.filter((day) => byMonth.includes(civilDate(day).month));
  if (byWeekNo) days = days.filter((day) => inWeeks(rule, byWeekNo, day, year));
  return sortedUnique(days);
}
