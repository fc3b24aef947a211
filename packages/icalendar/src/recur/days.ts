import { weekday } from "../wall.js";
import type { Rule, WeekdayPart } from "./rule.js";
import { lengthOfYear, type Month, type Scale } from "./scale.js";

/** What a rule takes from DTSTART when a part is missing. */
export interface Anchor {
  readonly day: number;
  readonly month: number;
  readonly monthDay: number;
  readonly weekday: number;
}

export function anchorOf(scale: Scale, day: number): Anchor {
  const month = scale.monthOf(day);
  return { day, month: month.name, monthDay: day - month.first + 1, weekday: weekday(day) };
}

const sortedUnique = (days: number[]): number[] => {
  days.sort((a, b) => a - b);
  return days.filter((day, i) => i === 0 || day !== days[i - 1]);
};

/** Day of a month as BYMONTHDAY names it (negative from the end), SKIP applied; `undefined` if there is none (RFC 5545 3.3.10). */
function monthDay(rule: Rule, { first, length }: Month, position: number): number | undefined {
  if (position < 0) return length + position >= 0 ? first + length + position : undefined;
  if (position <= length) return first + position - 1;
  if (rule.skip === "BACKWARD") return first + length - 1;
  return rule.skip === "FORWARD" ? first + length : undefined;
}

/** The months of a year by their names; SKIP says what becomes of a leap month that the year has not (RFC 7529 4.1). */
function monthsNamed({ scale, skip }: Rule, year: number, names: readonly number[]): readonly Month[] {
  const found = names.flatMap((name) => {
    const own = scale.monthNamed(year, name);
    const before = own || skip === "OMIT" ? undefined : scale.monthNamed(year, Math.floor(name));
    if (!before) return own ?? [];
    return skip === "BACKWARD" ? before : scale.monthOf(before.first + before.length);
  });
  return found.filter(({ first }, i) => found.findIndex((other) => other.first === first) === i);
}

/** Whether FREQ=MONTHLY looks at a month at all: BYMONTH limits, SKIP applied. */
export function monthPasses(rule: Rule, month: Month): boolean {
  const { byMonth, scale, skip } = rule;
  if (!byMonth || byMonth.includes(month.name)) return true;
  if (scale.lookups === 0 || skip === "OMIT") return false;
  return [month.year - 1, month.year].some((year) =>
    monthsNamed(rule, year, byMonth).some(({ first }) => first === month.first),
  );
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
export function daysOfMonth(rule: Rule, anchor: Anchor, month: Month): number[] {
  const weekdaySet = rule.byDay && weekdaysWithin(rule.byDay, month.first, month.length);
  if (weekdaySet && !rule.byMonthDay) return sortedUnique(weekdaySet);
  const days: number[] = [];
  for (const position of rule.byMonthDay ?? [anchor.monthDay]) {
    const day = monthDay(rule, month, position);
    if (day !== undefined && (!weekdaySet || weekdaySet.includes(day))) days.push(day);
  }
  return sortedUnique(days);
}

/** Days of one week (first day given) for FREQ=WEEKLY, ascending; BYMONTH limits, ordinals of BYDAY mean nothing. */
export function daysOfWeek(rule: Rule, anchor: Anchor, first: number): number[] {
  const days: number[] = [];
  for (let day = first; day < first + 7; day++) {
    if (rule.byDay ? !hasWeekday(rule.byDay, day) : weekday(day) !== anchor.weekday) continue;
    if (!rule.byMonth || rule.byMonth.includes(rule.scale.monthOf(day).name)) days.push(day);
  }
  return days;
}

/** Whether a day passes the limiting parts of a FREQ of DAILY or shorter. */
export function dayPasses(rule: Rule, day: number, withYearDay: boolean): boolean {
  if (rule.byDay && !hasWeekday(rule.byDay, day)) return false;
  if (!rule.byMonth && !rule.byMonthDay && !(withYearDay && rule.byYearDay)) return true;
  const { scale } = rule;
  const month = scale.monthOf(day);
  if (rule.byMonth && !rule.byMonth.includes(month.name)) return false;
  if (rule.byMonthDay) {
    const ofMonth = day - month.first + 1;
    if (!rule.byMonthDay.includes(ofMonth) && !rule.byMonthDay.includes(ofMonth - month.length - 1)) return false;
  }
  if (!withYearDay || !rule.byYearDay) return true;
  const ofYear = day - scale.yearStart(month.year) + 1;
  return rule.byYearDay.includes(ofYear) || rule.byYearDay.includes(ofYear - lengthOfYear(scale, month.year) - 1);
}

/** First day of week 1: the first week with at least four days in the year. */
function firstWeek({ scale, weekStart }: Rule, year: number): number {
  const fourth = scale.yearStart(year) + 3;
  return fourth - ((weekday(fourth) - weekStart + 7) % 7);
}

/** Whether the week of that day is one of BYWEEKNO, counted in the week's own year. */
function inWeeks(rule: Rule, weeks: readonly number[], day: number, year: number): boolean {
  let start = firstWeek(rule, year);
  let next = firstWeek(rule, year + 1);
  if (day < start) [start, next] = [firstWeek(rule, year - 1), start];
  else if (day >= next) [start, next] = [next, firstWeek(rule, year + 2)];
  const week = Math.floor((day - start) / 7) + 1;
  return weeks.includes(week) || weeks.includes(week - (next - start) / 7 - 1);
}

function yearDays(rule: Rule, positions: readonly number[], year: number): number[] {
  const length = lengthOfYear(rule.scale, year);
  const first = rule.scale.yearStart(year);
  const days: number[] = [];
  for (const position of positions) {
    const index = position > 0 ? position - 1 : length + position;
    if (index >= 0 && index < length) days.push(first + index);
    else if (position > 0 && rule.skip !== "OMIT") days.push(first + (rule.skip === "BACKWARD" ? length - 1 : length));
  }
  return days;
}

/** The months that a rule of FREQ=YEARLY names in a year. */
function monthsOfYear(rule: Rule, anchor: Anchor, year: number): readonly Month[] {
  const names = rule.byMonth ?? (rule.byMonthDay ? undefined : [anchor.month]);
  return names ? monthsNamed(rule, year, names) : rule.scale.monthsOf(year);
}

function monthDaysOfYear(rule: Rule, anchor: Anchor, year: number): number[] {
  const days: number[] = [];
  for (const month of monthsOfYear(rule, anchor, year)) {
    for (const position of rule.byMonthDay ?? [anchor.monthDay]) {
      const day = monthDay(rule, month, position);
      if (day !== undefined) days.push(day);
    }
  }
  return days;
}

/** The days BYDAY names in a year: ordinals count within the months of BYMONTH, else within the year. */
function weekdaysOfYear(rule: Rule, parts: readonly WeekdayPart[], year: number): number[] {
  const { byMonth, byWeekNo, scale } = rule;
  if (byMonth && !byWeekNo) {
    return monthsNamed(rule, year, byMonth).flatMap(({ first, length }) => weekdaysWithin(parts, first, length));
  }
  const named = byWeekNo ? parts.map(({ day }) => ({ day, ordinal: 0 })) : parts;
  return weekdaysWithin(named, scale.yearStart(year), lengthOfYear(scale, year));
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
  if (byMonth && (byYearDay || byWeekNo)) {
    days = days.filter((day) => byMonth.includes(rule.scale.monthOf(day).name));
  }
  if (byWeekNo) days = days.filter((day) => inWeeks(rule, byWeekNo, day, year));
  return sortedUnique(days);
}
