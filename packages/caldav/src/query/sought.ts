import { join, raw, type Sql, sql } from "@kalends/store";

/** Members looked for: a condition on `object o`, and if `names` (an array) are given, only among these. */
export interface Sought {
  readonly names?: Sql;
  readonly where: Sql;
}

export const EVERY: Sought = { where: raw("true") };
export const NOBODY: Sought = { where: raw("false") };

/** The same as one condition on `object o`. */
export function conditionOf({ names, where }: Sought): Sql {
  return names ? sql`(o.name = any(${names}) and ${where})` : where;
}

/** What all hold for. The names of the first that gives some are looked up, those of others are conditions. */
export function allOf(parts: readonly Sought[]): Sought {
  const naming = parts.find(({ names }) => names !== undefined);
  const conditions = parts.map((part) => (part === naming ? part.where : conditionOf(part)));
  return { ...naming, where: joined(conditions, " and ") };
}

/** What any holds for: names do not find those that only a condition finds. */
export function anyOf(parts: readonly Sought[]): Sought {
  const [only, another] = parts;
  return only && !another ? only : { where: joined(parts.map(conditionOf), " or ") };
}

/** What the first holds for and the second does not. */
export const without = (all: Sought, some: Sought): Sought =>
  allOf([all, { where: sql`${conditionOf(some)} is not true` }]);

const joined = (conditions: readonly Sql[], by: " and " | " or "): Sql =>
  conditions.length === 1 && conditions[0] ? conditions[0] : sql`(${join(conditions, by)})`;
