import { type CompFilter, type KeptText, type PropFilter, type TextMatch, testedBit } from "@kalends/icalendar";
import { join, raw, type Sql, sql } from "@kalends/store";

/** Which properties the only component of an object has; null where nobody can tell without reading it. */
const MASK = raw("(o.index->>'has')::bigint");

/** Where the index keeps the text of a property as it stands. */
const TEXTS: Readonly<Record<KeptText, Sql>> = {
  status: raw("(o.index->>'status')"),
  summary: raw("(o.index->>'summary')"),
  class: raw("(o.index->>'classification')"),
  transp: raw("(o.index->>'transp')"),
  organizer: raw("(o.index->>'organizer')"),
};

/** What one condition wants: names that must be there, names that must not, and what else is asked of those that are. */
interface Wish {
  readonly there: number;
  readonly absent: number;
  readonly more: Sql | null;
  /** Without it, all the index can say is that a condition does not hold. */
  readonly exact: boolean;
}

/**
 * What the index says about conditions on one and the same component (RFC 4791 9.7.1, 9.7.2), as a condition on `object o` with
 * three values: null where the object must be read.
 */
export function byContent({ props = [], comps = [], test }: Pick<CompFilter, "props" | "comps" | "test">): Sql {
  const wishes = [...props.map(wishOfProperty), ...comps.map(wishOfComponent)];
  if (test === "anyof")
    return sql`(${join(
      wishes.map((wish) => told([wish])),
      " or ",
    )})`;
  return told(wishes);
}

function told(wishes: readonly (Wish | null)[]): Sql {
  const known = wishes.flatMap((wish) => wish ?? []);
  const there = known.reduce((mask, wish) => mask | wish.there, 0);
  const absent = known.reduce((mask, wish) => mask | wish.absent, 0);
  const more = known.flatMap((wish) => wish.more ?? []);
  if (known.length === 0) return raw("null::boolean");
  const isExact = known.length === wishes.length && known.every(({ exact }) => exact);
  if ((there & absent) !== 0) return raw("false");
  const holds = sql`(${MASK} & ${there | absent}::bigint) = ${there}::bigint`;
  if (isExact && more.length === 0) return sql`(${holds})`;
  const rest = more.length === 0 ? raw("true") : sql`(${join(more, " and ")})`;
  const verdict = isExact ? rest : sql`case when not ${rest} then false end`;
  return sql`(case when ${holds} then ${verdict} when ${MASK} is not null then false end)`;
}

const there = (bit: number, more: Sql | null, exact: boolean): Wish => ({ there: bit, absent: 0, more, exact });

/** Null where the index knows nothing of the property. */
function wishOfProperty({ name, isNotDefined, timeRange, textMatch, params = [] }: PropFilter): Wish | null {
  const bit = testedBit(name);
  if (bit === undefined || name.toUpperCase() === "VALARM") return null;
  if (isNotDefined) return { there: 0, absent: bit, more: null, exact: true };
  // An end may also be told by DURATION.
  if (timeRange) return /^(?:DTEND|DUE)$/i.test(name) ? null : there(bit, null, false);
  if (!textMatch || params.length > 0) return there(bit, null, params.length === 0);
  const kept = (TEXTS as Readonly<Record<string, Sql>>)[name.toLowerCase()];
  const matched = kept && textMatches(kept, textMatch);
  return there(bit, matched ?? null, matched !== undefined);
}

function wishOfComponent({ name, isNotDefined, timeRange, props = [], comps = [] }: CompFilter): Wish | null {
  const bit = name.toUpperCase() === "VALARM" ? testedBit(name) : undefined;
  if (bit === undefined) return null;
  if (isNotDefined) return { there: 0, absent: bit, more: null, exact: true };
  return there(bit, null, !timeRange && props.length === 0 && comps.length === 0);
}

/**
 * Whether a text in the database meets a match: the collation "C" folds A to Z only, like i;ascii-casemap. Undefined for
 * i;unicode-casemap, which finds more than that.
 */
export function textMatches(
  text: Sql,
  { text: sought, collation, negate, match = "contains" }: TextMatch,
): Sql | undefined {
  if (collation === "i;unicode-casemap") return undefined;
  const form = (each: Sql): Sql =>
    collation === "i;octet" ? sql`(${each} collate "C")` : sql`lower(${each} collate "C")`;
  const own = form(text);
  const wanted = form(sql`${sought}::text`);
  const holds = {
    contains: sql`position(${wanted} in ${own}) > 0`,
    equals: sql`${own} = ${wanted}`,
    "starts-with": sql`starts_with(${own}, ${wanted})`,
    "ends-with": sql`right(${own}, ${[...sought].length}::int) = ${wanted}`,
  }[match];
  return negate === true ? sql`(not (${holds}))` : sql`(${holds})`;
}
