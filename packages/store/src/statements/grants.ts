import type { CollectionId } from "../database.js";
import { type Sql, sql } from "../sql.js";

export interface GrantRow {
  readonly collection: CollectionId;
  /** `p:<principal id>`, `d:<domain id>`, `anyone`, `anonymous`. */
  readonly subject: string;
  readonly positive: boolean;
  /** Bit set; the acl package names the bits. */
  readonly rights: number;
}

const columns = sql`g.collection_id as collection, g.subject, g.positive, g.rights`;

export const grantsOf = (collection: CollectionId): Sql => sql`
  select ${columns} from grant_entry g where g.collection_id = ${collection} order by g.subject, g.positive desc`;

export const grantsOfMany = (collections: readonly CollectionId[]): Sql => sql`
  select ${columns} from grant_entry g where g.collection_id = any(${collections}::bigint[])
  order by g.collection_id, g.subject, g.positive desc`;

/** What these subjects were granted, on any collection. */
export const grantsTo = (subjects: readonly string[]): Sql => sql`
  select ${columns} from grant_entry g where g.subject = any(${subjects}::text[])
  order by g.collection_id, g.subject, g.positive desc`;

/** Sets one entry; no rights removes it. */
export const setGrant = (collection: CollectionId, subject: string, positive: boolean, rights: number): Sql =>
  rights === 0
    ? sql`delete from grant_entry where collection_id = ${collection} and subject = ${subject} and positive = ${positive}`
    : sql`insert into grant_entry (collection_id, subject, positive, rights)
        values (${collection}, ${subject}, ${positive}, ${rights})
        on conflict (collection_id, subject, positive) do update set rights = excluded.rights`;

/** Makes exactly these the entries of the collection. */
export const replaceGrants = (collection: CollectionId, entries: readonly Omit<GrantRow, "collection">[]): Sql => sql`
  with wanted as (select * from unnest(${entries.map((e) => e.subject)}::text[],
    ${entries.map((e) => e.positive)}::boolean[], ${entries.map((e) => e.rights)}::integer[]) as w(subject, positive, rights)),
  removed as (delete from grant_entry g where g.collection_id = ${collection}
    and (g.subject, g.positive) not in (select subject, positive from wanted))
  insert into grant_entry (collection_id, subject, positive, rights)
  select ${collection}::bigint, subject, positive, rights from wanted where rights <> 0
  on conflict (collection_id, subject, positive) do update set rights = excluded.rights`;
