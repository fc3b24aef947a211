import { DAY, LAST_WALL } from "../wall.js";
import type { Month, Scale } from "./scale.js";

/** What is known about a calendar system beyond the dates that the runtime gives. */
export interface ForeignScale {
  readonly name: string;
  /** Its name in BCP 47, "-u-ca-". */
  readonly calendar: string;
  /** Mean length of its year in days. */
  readonly year: number;
  /** Months of every year; without it the months follow the moon. */
  readonly months?: number;
  /** How its leap months are told: not at all, by a number that repeats, or by there being thirteen. */
  readonly leap?: "repeated" | "sixth";
  readonly lookups: number;
}

interface Year {
  readonly first: number;
  readonly end: number;
  readonly months: readonly Month[];
}

interface Reading {
  readonly year: string;
  readonly month: string;
  readonly day: number;
}

const LUNATION = 29.530_588;
/** A day in the middle of the year 2000 from which years are counted. */
const ORIGIN = 11_139;
/** Years kept; a fuller memory starts anew. */
const MOST_YEARS = 2000;

/** A calendar system by the dates of the runtime (`Intl`); `undefined` where that does not know it. Years are read once and kept. */
export function foreignScale(about: ForeignScale): Scale | undefined {
  const format = new Intl.DateTimeFormat(`en-u-ca-${about.calendar}`, {
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    timeZone: "UTC",
  });
  if (format.resolvedOptions().calendar !== about.calendar) return undefined;
  return scaleOf(about, (day) => read(format, day));
}

function read(format: Intl.DateTimeFormat, day: number): Reading {
  const parts = format.formatToParts(day * DAY);
  const text = (...types: readonly string[]) =>
    parts.flatMap(({ type, value }) => (types.includes(type) ? [value] : [])).join(" ");
  return { year: text("year", "relatedYear", "era"), month: text("month"), day: Number(text("day")) };
}

function scaleOf(about: ForeignScale, at: (day: number) => Reading): Scale {
  const origin = lazily(() => {
    const { first, end } = yearAround(about, at, ORIGIN, 0);
    return (first + end) / 2;
  });
  const known = new Map<number, Year>();
  const year = (number: number): Year => {
    const kept = known.get(number);
    if (kept) return kept;
    if (known.size >= MOST_YEARS) known.clear();
    const found = yearAround(about, at, Math.floor(origin() + number * about.year), number);
    known.set(number, found);
    return found;
  };
  const yearOf = (day: number): number => {
    let number = rounded((day - origin()) / about.year);
    while (day < year(number).first) number--;
    while (day >= year(number).end) number++;
    return number;
  };
  const monthOf = (day: number): Month => {
    const { months } = year(yearOf(day));
    return months.findLast(({ first }) => first <= day) ?? none(day);
  };
  return {
    name: about.name,
    lookups: about.lookups,
    cycle: LAST_YEAR,
    hasMonth: (name) => hasMonth(about, name),
    yearOf,
    yearStart: (number) => year(number).first,
    monthsOf: (number) => year(number).months,
    monthOf,
    monthNamed: (number, name) => year(number).months.find((month) => month.name === name),
    ...numbering(about, monthOf, (number) => year(number).months),
  };
}

/** More years than dates can be written in. */
const LAST_YEAR = Math.ceil(LAST_WALL / DAY / 350);

const none = (day: number): Month => ({ year: 0, name: 0, first: day, length: 1 });

/** Rounded; a little below nothing is 0, where `Math.round` gives -0. */
const rounded = (value: number): number => Math.floor(value + 0.5);

function lazily(value: () => number): () => number {
  let found: number | undefined;
  return () => (found ??= value());
}

function hasMonth({ leap, months = 12 }: ForeignScale, name: number): boolean {
  if (Number.isInteger(name)) return name >= 1 && name <= months;
  return leap === "repeated" ? name > 1 && name < 13 : leap === "sixth" && name === 5.5;
}

/** The year around a day, found by stepping from month to month: no month is longer than 31 days or, with the next, shorter than 32. */
function yearAround(about: ForeignScale, at: (day: number) => Reading, day: number, number: number): Year {
  const middle = at(day);
  const own = (each: Reading): boolean => each.year === middle.year;
  const starts: { readonly first: number; readonly month: string }[] = [];
  let first = day - middle.day + 1;
  for (let each = middle; own(each); first -= each.day) {
    starts.unshift({ first, month: each.month });
    each = at(first - 1);
  }
  let next = starts.at(-1)?.first ?? day;
  for (;;) {
    const each = at(next + 31);
    next += 32 - each.day;
    if (!own(each)) break;
    starts.push({ first: next, month: each.month });
  }
  const months = starts.map(({ first: from }, i) => ({
    year: number,
    name: nameOf(about, starts, i),
    first: from,
    length: (starts[i + 1]?.first ?? next) - from,
  }));
  return { first: months[0]?.first ?? day, end: next, months };
}

/** How BYMONTH names the month of that place in its year. */
function nameOf({ leap }: ForeignScale, months: readonly { readonly month: string }[], place: number): number {
  if (leap === "repeated") {
    const own = Number.parseInt(months[place]?.month ?? "", 10);
    return own === Number.parseInt(months[place - 1]?.month ?? "", 10) ? own + 0.5 : own;
  }
  if (leap === undefined || months.length === 12 || place < 5) return place + 1;
  return place === 5 ? 5.5 : place;
}

/** Months of the sun are so many a year; those of the moon are so regular that their days tell the number. */
function numbering(
  { months: perYear }: ForeignScale,
  monthOf: (day: number) => Month,
  monthsOf: (year: number) => readonly Month[],
): Pick<Scale, "monthNumber" | "monthNumbered"> {
  if (perYear !== undefined) {
    return {
      monthNumber: ({ year, name }) => year * perYear + name - 1,
      monthNumbered: (number) => {
        const year = Math.floor(number / perYear);
        return monthsOf(year)[number - year * perYear] ?? none(0);
      },
    };
  }
  const origin = lazily(() => monthOf(ORIGIN).first);
  return {
    monthNumber: ({ first }) => rounded((first - origin()) / LUNATION),
    monthNumbered: (number) => monthOf(Math.floor(origin() + number * LUNATION + LUNATION / 2)),
  };
}
