import { type CollectionId, empty, join, type Sql, sql } from "@kalends/store";
import type { Grant } from "./decide.js";
import { NO_RIGHTS, rightsMask } from "./rights.js";
import { formatSubject, parseSubject, type Subject } from "./subject.js";

/** A row of `grant_entry` as `listGrants` reads it. */
export interface GrantRow {
  readonly collection_id: CollectionId;
  readonly subject: string;
  readonly positive: boolean;
  readonly rights: number;
}

/** Takes a stored row; undefined for a subject of a kind this version does not know. */
export function grantOf(row: GrantRow): Grant | undefined {
  const subject = parseSubject(row.subject);
  return subject && { subject, positive: row.positive, rights: rightsMask(row.rights) };
}

/** The entries of these collections; negative ones first within each (RFC 3744 6: deny before grant). */
export const listGrants = (collections: readonly CollectionId[]): Sql => sql`
  select collection_id, subject, positive, rights from grant_entry
  where collection_id = any(${collections}::bigint[]) order by collection_id, positive, subject`;

/** Sets one entry to exactly these rights; none removes it. */
export function setGrant(collection: CollectionId, { subject, positive, rights }: Grant): Sql {
  const name = formatSubject(subject);
  if (rights === NO_RIGHTS) {
    return sql`delete from grant_entry
      where collection_id = ${collection} and subject = ${name} and positive = ${positive}`;
  }
  return sql`insert into grant_entry (collection_id, subject, positive, rights)
    values (${collection}, ${name}, ${positive}, ${rights})
    on conflict (collection_id, subject, positive) do update set rights = excluded.rights`;
}

/** Replaces the whole list of a collection in one statement (RFC 3744 8.1); entries without rights are left out. */
export function replaceGrants(collection: CollectionId, grants: readonly Grant[]): Sql {
  const kept = grants.filter(({ rights }) => rights !== NO_RIGHTS);
  const wanted = sql`select subject, positive, bit_or(rights) as rights
    from unnest(${kept.map(({ subject }) => formatSubject(subject))}::text[],
      ${kept.map(({ positive }) => positive)}::boolean[], ${kept.map(({ rights }) => rights)}::int[])
      as wanted(subject, positive, rights) group by subject, positive`;
  return sql`with wanted as (${wanted}), gone as (
      delete from grant_entry entry where collection_id = ${collection} and not exists (
        select from wanted where wanted.subject = entry.subject and wanted.positive = entry.positive)
    )
    insert into grant_entry (collection_id, subject, positive, rights)
    select ${collection}::bigint, subject, positive, rights from wanted
    on conflict (collection_id, subject, positive) do update set rights = excluded.rights`;
}

/** Gives a new mailbox a copy of its parent's entries, save those of `except`; present entries stay. */
export function copyGrants(from: CollectionId, to: CollectionId, except: readonly Subject[] = []): Sql {
  const names = except.map(formatSubject);
  const filter = names.length === 0 ? empty : sql`and subject <> all(${names}::text[])`;
  return join(
    [
      sql`insert into grant_entry (collection_id, subject, positive, rights)
        select ${to}::bigint, subject, positive, rights from grant_entry where collection_id = ${from}`,
      filter,
      sql`on conflict do nothing`,
    ],
    " ",
  );
}
