import type { CollectionId, Revision } from "../database.js";
import { type Sql, sql } from "../sql.js";
import { type CollectionRow, collectionColumns } from "./collections.js";
import { raiseHome } from "./homes.js";

export type BindingKind = "own" | "share" | "delegate" | "subscription";

/** A collection as it is reached through a home. */
export interface MemberRow extends CollectionRow {
  readonly home: CollectionId;
  readonly slug: string;
  readonly how: BindingKind;
  /** This person's own display name, colour, order, by Clark name. */
  readonly overlay: Readonly<Record<string, unknown>>;
  /** The home's revision at which this member last changed. */
  readonly bindingRevision: Revision;
}

const member = sql`b.home_id as home, b.slug, b.how, b.overlay, b.revision as "bindingRevision", ${collectionColumns}`;

/** All members of a home: rows of `MemberRow`, by slug. */
export const homeMembers = (home: CollectionId): Sql => sql`
  select ${member} from binding b join collection c on c.id = b.collection_id
  where b.home_id = ${home} order by b.slug`;

export const memberBySlug = (home: CollectionId, slug: string): Sql => sql`
  select ${member} from binding b join collection c on c.id = b.collection_id
  where b.home_id = ${home} and b.slug = ${slug}`;

/** Every home that reaches the collection: rows of `MemberRow`. */
export const bindingsOf = (collection: CollectionId): Sql => sql`
  select ${member} from binding b join collection c on c.id = b.collection_id
  where b.collection_id = ${collection} order by b.home_id, b.slug`;

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

/** Gives a member another slug in the same home (MOVE of a calendar). A row with `slug` when it was there. */
export const renameBinding = (home: CollectionId, slug: string, to: string): Sql => sql`
  with ${raiseHome(home)}, renamed as (
    update binding b set slug = ${to}, revision = home.next from home
    where b.home_id = home.id and b.slug = ${slug} returning b.slug
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
