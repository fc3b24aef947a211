import { join, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Candidate } from "../paths/address.js";
import { locksWhere } from "./statement.js";

/** What stands in the store for the candidates of a path, a row for each of their names; the rest of a row is the reader's. */
export interface CandidateRow {
  /** Of the binding; null = nothing is bound under any of the names. */
  readonly slug: string | null;
  /** It is the default calendar of whose home this is. */
  readonly isDefault: boolean;
  /** Something stands under the name of the member. */
  readonly isThere: boolean;
}

const memberOf = (candidates: readonly Candidate[]): string | null =>
  candidates.find(({ member }) => member !== null)?.member ?? null;

/**
 * `binding b`, `collection c` and, where a member is named, `object o`, for each name of the candidates in the home of `who` (the
 * alias of a principal): one look-up by key for each name, however many there are in the home. Without `offset 0` the planner
 * would rather read a whole home of the usual size.
 */
export function candidateTables(candidates: readonly Candidate[], who: "owner" | "p"): Sql {
  const member = memberOf(candidates);
  const defaultSlug = raw(`(select d.slug from binding d where d.collection_id = ${who}.default_calendar_id
    and d.home_id = ${who}.home_id order by d.slug limit 1)`);
  const slugs = candidates.map(({ slug }) => (slug === null ? defaultSlug : sql`${slug}::text`));
  const named = (slug: Sql): Sql => sql`lateral (select home_id, slug, collection_id, how, overlay from binding
      where home_id = ${raw(who)}.home_id and slug = ${slug} offset 0) b`;
  const [first] = slugs;
  const bound =
    first && slugs.length === 1
      ? named(first)
      : sql`lateral (values ${join(slugs.map((slug) => sql`(${slug})`))}) named(slug) cross join ${named(raw("named.slug"))}`;
  const object =
    member === null ? raw("") : sql`left join object o on o.collection_id = b.collection_id and o.name = ${member}`;
  return sql`${bound} join collection c on c.id = b.collection_id ${object}`;
}

/** The cells of the member, null where there is none or none is named. */
export const memberCells = (candidates: readonly Candidate[], cells: Sql): Sql =>
  memberOf(candidates) === null ? raw("null::json") : sql`case when o.name is not null then ${cells} end`;

/** The locks that can matter to a candidate: with a member those on its name, else all. */
export function candidateLocks(candidates: readonly Candidate[], cx: Exchange): Sql {
  const member = memberOf(candidates);
  const whole = candidates.flatMap((each) => (each.member === null && each.slug !== null ? [each.slug] : []));
  return locksWhere(
    cx,
    member === null ? raw("true") : sql`b.slug = any(${whole}::text[]) or l.name in ('', ${member})`,
  );
}

const FREE = 1000;

/**
 * The candidate that is meant, with its row: a name that is there before one that is free, then the order of the candidates.
 * `shortForm` = the default calendar may hold new members.
 */
export function meant<R extends CandidateRow>(
  candidates: readonly Candidate[],
  rows: readonly R[],
  shortForm: boolean,
): { readonly candidate: Candidate; readonly row: R } | undefined {
  const fits = ({ slug, member }: Candidate, row: R): boolean =>
    slug === null ? row.isDefault && (member === null || row.isThere || shortForm) : row.slug === slug;
  const rank = ({ rank, member }: Candidate, row: R): number => rank + (member !== null && !row.isThere ? FREE : 0);
  const found = rows.flatMap((row) =>
    candidates
      .filter((candidate) => fits(candidate, row))
      .map((candidate) => ({ candidate, row, rank: rank(candidate, row) })),
  );
  return found.sort((a, b) => a.rank - b.rank)[0];
}
