import type { Test } from "@kalends/icalendar";
import { join, raw, type Sql, sql } from "@kalends/store";

/** What the index says of members, as conditions on `object o`. */
export interface Verdict {
  /** Holds for every object that matches, and for some that do not. */
  readonly where: Sql;
  /** Holds only for objects that match: their bodies need not be read. Null when nothing is sure. */
  readonly certain: Sql | null;
}

/** The same of members that are looked up by name, rows of `name` and `sure`: the conditions may speak of `n.sure`. */
export interface NamedVerdict extends Verdict {
  readonly marked: Sql;
}

/** A filter as far as the index can judge it. */
export interface Prefilter extends Verdict {
  /** `where` and `certain` say the same. */
  readonly exact: boolean;
  /** Where it is enough to look at some names. */
  readonly named?: NamedVerdict;
}

export const EVERY = raw("true");
export const NOBODY = raw("false");
export const exactly = (where: Sql): Prefilter => ({ where, certain: where, exact: true });
export const atMost = (where: Sql, certain: Sql | null = null): Prefilter => ({ where, certain, exact: false });

/**
 * What the index says where all of some tests must hold, or any (RFC 4791 9.7). Of all, the names of the first that gives some are
 * looked up; of any, names would not find what only another test finds.
 */
export function combine(parts: readonly Prefilter[], test: Test = "allof"): Prefilter {
  const [only, another] = parts;
  if (only && !another) return only;
  const exact = parts.every((part) => part.exact);
  if (test === "anyof") return { ...anyOf(parts), exact };
  const all: Prefilter = { ...allOf(parts), exact };
  const naming = parts.find(({ named }) => named !== undefined);
  if (!naming?.named) return all;
  const { named } = naming;
  return { ...all, named: { marked: named.marked, ...allOf(parts.map((part) => (part === naming ? named : part))) } };
}

function allOf(parts: readonly Verdict[]): Verdict {
  const sure = certainties(parts);
  return { where: joined(wheres(parts), " and "), certain: sure.length < parts.length ? null : joined(sure, " and ") };
}

function anyOf(parts: readonly Verdict[]): Verdict {
  const sure = certainties(parts);
  return { where: joined(wheres(parts), " or "), certain: sure.length === 0 ? null : joined(sure, " or ") };
}

const wheres = (parts: readonly Verdict[]): readonly Sql[] => parts.map(({ where }) => where);
const certainties = (parts: readonly Verdict[]): readonly Sql[] => parts.flatMap(({ certain }) => certain ?? []);
const joined = (conditions: readonly Sql[], by: " and " | " or "): Sql => sql`(${join(conditions, by)})`;
