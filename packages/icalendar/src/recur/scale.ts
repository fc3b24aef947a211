import { civilDate, dayNumber, monthLength, yearLength } from "../wall.js";

/** One month of a calendar system, in day numbers. */
export interface Month {
  readonly year: number;
  /** As BYMONTH names it; a leap month is half a number behind the one before it, so that 5L is 5.5 (RFC 7529 4.2). */
  readonly name: number;
  readonly first: number;
  readonly length: number;
}

/** A calendar system in which a rule is reckoned (RFC 7529 4.1). Days are day numbers; years are numbered in order from any origin. */
export interface Scale {
  /** As RSCALE and `supported-rscale` name it. */
  readonly name: string;
  /** How often a walk may look at another year: its price in look-ups. */
  readonly lookups: number;
  /** After so many years all repeats; beyond the range of dates where it takes longer. */
  readonly cycle: number;
  /** Whether some year has a month of that name. */
  hasMonth(name: number): boolean;
  yearOf(day: number): number;
  /** First day of a year. */
  yearStart(year: number): number;
  /** The months of a year, ascending. */
  monthsOf(year: number): readonly Month[];
  monthOf(day: number): Month;
  /** The month of that name, `undefined` in a year without it. */
  monthNamed(year: number, name: number): Month | undefined;
  /** Months are numbered through without gaps, leap months included. */
  monthNumber(month: Month): number;
  monthNumbered(number: number): Month;
}

const civilMonth = (year: number, name: number): Month => ({
  year,
  name,
  first: dayNumber(year, name, 1),
  length: monthLength(year, name),
});

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** The proleptic Gregorian calendar, and those that differ from it only in how they count years. */
export const gregorian = (name: string): Scale => ({
  name,
  lookups: 0,
  cycle: 400,
  hasMonth: (month) => MONTHS.includes(month),
  yearOf: (day) => civilDate(day).year,
  yearStart: (year) => dayNumber(year, 1, 1),
  monthsOf: (year) => MONTHS.map((month) => civilMonth(year, month)),
  monthOf: (day) => {
    const { year, month } = civilDate(day);
    return civilMonth(year, month);
  },
  monthNamed: (year, month) => (MONTHS.includes(month) ? civilMonth(year, month) : undefined),
  monthNumber: ({ year, name: month }) => year * 12 + month - 1,
  monthNumbered: (number) => civilMonth(Math.floor(number / 12), (((number % 12) + 12) % 12) + 1),
});

/** Length of a year in days. */
export const lengthOfYear = (scale: Scale, year: number): number =>
  scale.lookups === 0 ? yearLength(year) : scale.yearStart(year + 1) - scale.yearStart(year);
