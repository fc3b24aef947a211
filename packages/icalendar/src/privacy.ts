import type { JComponent, JProperty } from "./jcal.js";

/** How open an object is: to all who may read the calendar, as busy time alone, not at all, or differently part by part. */
export type Privacy = "public" | "confidential" | "private" | "mixed";

/** 0 = shown, 1 = shown as busy time, 2 = hidden. */
export type Level = 0 | 1 | 2;

type Levels = Readonly<Record<string, Level>>;

const CLASS: Levels = { PUBLIC: 0, CONFIDENTIAL: 1 };

/** Properties that say how open a part is. What they say in a word nobody knows counts as PRIVATE (RFC 5545 3.8.1.3). */
const SAYING: Readonly<Record<string, Levels>> = {
  class: CLASS,
  "x-calendarserver-access": { ...CLASS, RESTRICTED: 1 },
};

const strictest = (levels: readonly Level[]): Level => levels.reduce<Level>((a, b) => (a > b ? a : b), 0);

function saidBy([name, , , ...values]: JProperty): readonly Level[] {
  if (!Object.hasOwn(SAYING, name)) return [];
  const known = SAYING[name] ?? {};
  return values.map((value) => {
    const word = String(value).trim().toUpperCase();
    return Object.hasOwn(known, word) ? (known[word] ?? 2) : 2;
  });
}

/** What the properties of a component say, and those of what is inside it. */
const saidIn = ([, properties, components]: JComponent): Level =>
  strictest([...properties.flatMap(saidBy), ...components.map(saidIn)]);

/** The parts of an object that are shown or not: all but its time zones. */
const partsOf = ([, , components]: JComponent): readonly JComponent[] =>
  components.filter(([name]) => name !== "vtimezone");

const recurrenceId = ([, properties]: JComponent): JProperty | undefined =>
  properties.find(([name]) => name === "recurrence-id");

/** It stands for the whole series when there is one, or for what follows it. */
const speaksForAll = (part: JComponent): boolean => {
  const id = recurrenceId(part);
  return id === undefined ? !part[0].startsWith("x-") : Object.hasOwn(id[1], "range");
};

/**
 * How open each part of a calendar object is. An override is at most as open as its master, and nothing is more open than a
 * part that speaks for all that follows it (RFC 5545 3.2.13).
 */
export function levelsOf(calendar: JComponent): ReadonlyMap<JComponent, Level> {
  const parts = partsOf(calendar).map((part) => ({ part, level: saidIn(part) }));
  const common = strictest([
    ...calendar[1].flatMap(saidBy),
    ...parts.flatMap(({ part, level }) => (speaksForAll(part) ? [level] : [])),
  ]);
  return new Map(parts.map(({ part, level }) => [part, strictest([common, level])]));
}

/** How open an object is as a whole, for the index (RFC 5545 3.8.1.3). */
export function privacyOf(calendar: JComponent): Privacy {
  const levels = levelsOf(calendar);
  if ([...levels.values()].every((level) => level === 0)) return "public";
  const own = new Set([...levels].flatMap(([[name], level]) => (name.startsWith("x-") ? [] : [level])));
  const [only] = own;
  if (own.size !== 1 || only === 0) return "mixed";
  return only === 1 ? "confidential" : "private";
}
