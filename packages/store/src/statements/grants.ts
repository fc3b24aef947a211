import type { CollectionId, PrincipalId } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";

export interface GrantRow {
  readonly collection: CollectionId;
  /** `p:<principal id>`, `d:<domain id>`, `anyone`, `anonymous`. */
  readonly subject: string;
  readonly positive: boolean;
  /** Bit set; the acl package names the bits. */
  readonly rights: number;
}

/** The entries of these collections; negative ones first within each (RFC 3744 6: deny before grant). */
export const grantsOf = (collections: readonly CollectionId[]): Sql => sql`
  select collection_id as collection, subject, positive, rights from grant_entry
  where collection_id = any(${collections}::bigint[]) order by collection_id, positive, subject`;

/** Sets one entry; no rights removes it. Tells every home that binds the collection, if anything changes (ACL-85). */
export function setGrant({ collection, subject, positive, rights }: GrantRow): Sql {
  const change =
    rights === 0
      ? sql`delete from grant_entry
        where collection_id = ${collection} and subject = ${subject} and positive = ${positive} returning subject`
      : sql`insert into grant_entry as g (collection_id, subject, positive, rights)
        values (${collection}, ${subject}, ${positive}, ${rights})
        on conflict (collection_id, subject, positive) do update set rights = excluded.rights
        where g.rights <> excluded.rights returning subject`;
  return sql`with changed as (${change}), ${raiseHomes(sql`${collection}`, raw("exists (select from changed)"))}
    select subject from changed`;
}

/**
 * Makes exactly these the entries of the collection (RFC 3744 8.1); those without rights are left out, those of one
 * subject united. Tells every home that binds the collection, if anything changes (ACL-85).
 */
export function replaceGrants(collection: CollectionId, entries: readonly Omit<GrantRow, "collection">[]): Sql {
  const kept = entries.filter(({ rights }) => rights !== 0);
  return sql`with wanted as (
      select subject, positive, bit_or(rights) as rights
      from unnest(${kept.map(({ subject }) => subject)}::text[], ${kept.map(({ positive }) => positive)}::boolean[],
        ${kept.map(({ rights }) => rights)}::int[]) as w(subject, positive, rights) group by subject, positive
    ), removed as (
      delete from grant_entry g where g.collection_id = ${collection}
        and (g.subject, g.positive) not in (select subject, positive from wanted) returning subject
    ), written as (
      insert into grant_entry as g (collection_id, subject, positive, rights)
      select ${collection}::bigint, subject, positive, rights from wanted
      on conflict (collection_id, subject, positive) do update set rights = excluded.rights
      where g.rights <> excluded.rights returning subject
    ), ${raiseHomes(sql`${collection}`, raw("exists (select from removed) or exists (select from written)"))}
    select subject from removed union all select subject from written`;
}

/** Gives a new collection a copy of another's entries, save those of `except`; present entries stay. */
export const copyGrants = (from: CollectionId, to: CollectionId, except: readonly string[] = []): Sql => sql`
  insert into grant_entry (collection_id, subject, positive, rights)
  select ${to}::bigint, subject, positive, rights from grant_entry
  where collection_id = ${from} and subject <> all(${except}::text[]) on conflict do nothing`;

/** Rows with `slug`, `who` (login@domain) and `rights`: what an account gives to others by name, of its calendars. */
export const sharesOf = (owner: PrincipalId): Sql => sql`
  select b.slug, p.login || '@' || d.name as who, g.rights
  from collection c join binding b on b.collection_id = c.id and b.how = 'own'
    join grant_entry g on g.collection_id = c.id and g.positive
    join principal p on g.subject = 'p:' || p.id join domain d on d.id = p.domain_id
  where c.owner_id = ${owner} and c.kind = 'calendar' and p.id <> ${owner} order by b.slug, who`;
