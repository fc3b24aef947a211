import type { CollectionId, PrincipalId } from "../database.js";
import { type Sql, sql } from "../sql.js";
import { raiseHome } from "./homes.js";

export type BindingKind = "own" | "share" | "delegate" | "subscription";

/** The slugs in a principal's home, in order. */
export const homeSlugs = (owner: PrincipalId): Sql => sql`
  select b.slug from binding b join principal p on p.home_id = b.home_id where p.id = ${owner} order by b.slug`;

/** How many collections of its own a home holds: a row with `n`. */
export const countOwnCollections = (home: CollectionId): Sql =>
  sql`select count(*) as n from binding where home_id = ${home} and how = 'own'`;

export interface NewBinding {
  readonly home: CollectionId;
  readonly slug: string;
  readonly collection: CollectionId;
  readonly how: BindingKind;
  /** JSON text of an object. */
  readonly overlay: string;
}

/** Lets a home reach a collection. A slug that is taken gives `UniqueViolation`. A row with `slug`. */
export const bind = (b: NewBinding): Sql => sql`
  with ${raiseHome(b.home)}, unearthed as (delete from tombstone where collection_id = ${b.home} and name = ${b.slug})
  insert into binding (home_id, slug, collection_id, how, overlay, revision)
  select home.id, ${b.slug}, ${b.collection}::bigint, ${b.how}, ${b.overlay}::jsonb, home.next from home
  returning slug`;

/** Takes a collection out of a home; the collection stays. A row with `slug` when it was there. */
export const unbind = (home: CollectionId, slug: string): Sql => sql`
  with removed as (delete from binding where home_id = ${home} and slug = ${slug} returning slug),
  ${raiseHome(home, sql`exists (select from removed)`)}, buried as (
    insert into tombstone (collection_id, name, revision) select home.id, removed.slug, home.next from home, removed
    on conflict (collection_id, name) do update set revision = excluded.revision, removed_at = now()
  )
  select slug from removed`;

export interface Renaming {
  readonly home: CollectionId;
  readonly slug: string;
  readonly to: string;
  readonly collection: CollectionId;
  /** The lock epoch under which it was judged; absent = any. */
  readonly lockEpoch?: number | undefined;
}

/**
 * Gives a collection another slug in the same home (MOVE of a calendar); its locks stay behind, that is, vanish. A row
 * with `slug` when it was there, and no lock was given in it since `lockEpoch`.
 */
export const renameBinding = ({ home, slug, to, collection, lockEpoch }: Renaming): Sql => sql`
  with judged as materialized (
    select id from collection where id = ${collection} and lock_epoch = coalesce(${lockEpoch ?? null}::bigint, lock_epoch)
    for no key update
  ), ${raiseHome(home, sql`exists (select from judged)`)}, renamed as (
    update binding b set slug = ${to}, revision = home.next from home
    where b.home_id = home.id and b.slug = ${slug} and b.collection_id = ${collection} returning b.slug
  ), unlocked as (
    delete from lock where collection_id in (select id from judged) and exists (select from renamed)
  ), unearthed as (delete from tombstone where collection_id = ${home} and name = ${to} and exists (select from renamed)),
  buried as (
    insert into tombstone (collection_id, name, revision) select home.id, ${slug}, home.next from home, renamed
    on conflict (collection_id, name) do update set revision = excluded.revision, removed_at = now()
  )
  select slug from renamed`;

/** Merges into and takes from what this person sees differently. A row with `slug` when it was there. */
export const updateOverlay = (home: CollectionId, slug: string, set: string, remove: readonly string[]): Sql => sql`
  with ${raiseHome(home)}
  update binding b set overlay = (overlay - ${remove}::text[]) || ${set}::jsonb, revision = home.next from home
  where b.home_id = home.id and b.slug = ${slug} returning b.slug`;
