import type { CollectionId, PrincipalId } from "../database.js";
import { join, raw, type Sql, sql } from "../sql.js";
import { raiseHome, raiseHomes } from "./homes.js";

export interface NewCollection {
  readonly home: CollectionId;
  readonly slug: string;
  readonly kind: string;
  readonly owner: PrincipalId;
  readonly components: readonly string[];
  readonly displayName: string | null;
  readonly description: string | null;
  readonly timezone: string | null;
  /** JSON text of an object by Clark name. */
  readonly props: string;
}

/**
 * Makes a collection and binds it in a home, whose revision grows: a row with `id`, `uuid`, `revision`; none when the
 * home does not exist. A slug that is taken, also in other case, gives `UniqueViolation`.
 */
export const createCollection = (c: NewCollection): Sql => sql`
  with ${raiseHome(c.home)}, made as (
    insert into collection (kind, owner_id, components, display_name, description, timezone, props)
    select ${c.kind}, ${c.owner}::bigint, ${c.components}::text[], ${c.displayName}, ${c.description}, ${c.timezone},
      ${c.props}::jsonb from home
    returning id, uuid, revision
  ), bound as (
    insert into binding (home_id, slug, collection_id, revision)
    select home.id, ${c.slug}, made.id, home.next from home cross join made
  ), unearthed as (delete from tombstone where collection_id = ${c.home} and name = ${c.slug})
  select id, uuid, revision from made`;

/** Makes a principal's home and enters it there: a row with `id`, `uuid`, `revision`. */
export const createHome = (owner: PrincipalId, kind = "home"): Sql => sql`
  with made as (
    insert into collection (kind, owner_id) values (${kind}, ${owner}) returning id, uuid, revision
  ), entered as (update principal set home_id = made.id from made where principal.id = ${owner}::bigint)
  select id, uuid, revision from made`;

/**
 * Removes a collection with all it holds; every home that bound it is told. A row with `id` when it was there, and no
 * lock was given in it since `lockEpoch`.
 */
export const deleteCollection = (id: CollectionId, lockEpoch: number | null = null): Sql => sql`
  with removed as (
    delete from collection where id = ${id} and lock_epoch = coalesce(${lockEpoch}::bigint, lock_epoch) returning id
  ),
  homes as materialized (
    select c.id, c.revision + 1 as next from collection c
    where c.id in (select home_id from binding where collection_id = ${id}) and exists (select from removed)
    order by c.id for no key update
  ), raised as (
    update collection c set revision = h.next, modified_at = now() from homes h where c.id = h.id
  ), buried as (
    insert into tombstone (collection_id, name, revision)
    select b.home_id, b.slug, h.next from binding b join homes h on h.id = b.home_id where b.collection_id = ${id}
    on conflict (collection_id, name) do update set revision = excluded.revision, removed_at = now()
  )
  select id from removed`;

/** What is given is set, null removes; `props` are merged as JSON text, `removeProps` taken away by Clark name. */
export interface CollectionChange {
  readonly displayName?: string | null;
  readonly description?: string | null;
  readonly timezone?: string | null;
  readonly components?: readonly string[];
  readonly props?: string;
  readonly removeProps?: readonly string[];
}

/**
 * Changes properties: raises the homes' revision, neither the collection's own nor its date (RFC 4918 15.7). A row with
 * `id` when it was there.
 */
export function updateCollection(id: CollectionId, change: CollectionChange): Sql {
  const { displayName, description, timezone, components, props = "{}", removeProps = [] } = change;
  const set = [
    sql`props = (props - ${removeProps}::text[]) || ${props}::jsonb`,
    ...(displayName === undefined ? [] : [sql`display_name = ${displayName}`]),
    ...(description === undefined ? [] : [sql`description = ${description}`]),
    ...(timezone === undefined ? [] : [sql`timezone = ${timezone}`]),
    ...(components === undefined ? [] : [sql`components = ${components}::text[]`]),
  ];
  return sql`
  with changed as (update collection set ${join(set)} where id = ${id} returning id),
  ${raiseHomes(sql`${id}`, raw("exists (select from changed)"))}
  select id from changed`;
}

/** What collections are called by their owners: rows with `id` and `name` (`~login@domain/slug`). */
export const collectionNames = (ids: readonly CollectionId[]): Sql => sql`
  select c.id, '~' || p.login || '@' || d.name || '/' || b.slug as name
  from collection c join principal p on p.id = c.owner_id join domain d on d.id = p.domain_id
    join binding b on b.collection_id = c.id and b.how = 'own'
  where c.id = any(${ids}::bigint[])`;
