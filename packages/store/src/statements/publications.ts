import type { CollectionId, DomainId, PrincipalId, Revision } from "../database.js";
import { type Sql, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";

export type PublicLevel = "none" | "read" | "full";

/** How much of a calendar followers are shown; days are counted from today, null = without bound. */
export interface PublicationView {
  readonly level: "busy" | "titles" | "full";
  readonly alarms: boolean;
  readonly pastDays: number | null;
  readonly futureDays: number | null;
}

/** What is known of a published calendar besides the calendar. */
export interface PublicationRow extends PublicationView {
  /** Came into being by an upload: withdrawing it removes the calendar. */
  readonly hosted: boolean;
  /** Digest of the last upload, null when none is kept, and the revision of the calendar it stands for. */
  readonly uploadHash: string | null;
  readonly uploadRevision: Revision | null;
  /** Since when followers are shown just so much; epoch milliseconds. */
  readonly settledAt: number;
  /** Everybody may fetch it: the level in force says so, and nothing is switched off. */
  readonly open: boolean;
}

const rank = (column: Sql): Sql => sql`case ${column} when 'none' then 1 when 'full' then 3 else 2 end`;

const hasService = (of: Sql): Sql => sql`coalesce(${of}.services ->> 'webcal', '') <> 'false'`;

const viewColumns = sql`x.level, x.alarms, x.past_days as "pastDays", x.future_days as "futureDays"`;

/** Followers see a part only: reading the calendar itself would show them more. */
const isPart = sql`(x.level <> 'full' or x.past_days is not null or x.future_days is not null)`;

/** Publishes a calendar; what is published already stays as it is. */
export const insertPublication = (collection: CollectionId, hosted: boolean): Sql => sql`
  insert into publication (collection_id, hosted) values (${collection}, ${hosted})
  on conflict do nothing returning collection_id as id`;

/** Says how much of a published calendar its followers are shown; a row with `id` when it is published. */
export const setPublicationView = (collection: CollectionId, v: PublicationView): Sql => sql`
  update publication set level = ${v.level}, alarms = ${v.alarms}, past_days = ${v.pastDays}::int,
    future_days = ${v.futureDays}::int, settled_at = now()
  where collection_id = ${collection} returning collection_id as id`;

/** Withdraws a publication; the calendar stays. A row with `id` when it was there. */
export const deletePublication = (collection: CollectionId): Sql =>
  sql`delete from publication where collection_id = ${collection} returning collection_id as id`;

/** A `PublicationRow` when the calendar is published. */
export const publicationOf = (collection: CollectionId): Sql => sql`
  select x.hosted, x.upload_hash as "uploadHash", x.upload_revision as "uploadRevision", ${viewColumns},
    x.settled_at as "settledAt", least(${rank(sql`p.public_level`)}, ${rank(sql`d.public_level`)}) > 1
      and p.enabled and ${hasService(sql`p`)} and ${hasService(sql`d`)} as open
  from publication x join collection c on c.id = x.collection_id
    join principal p on p.id = c.owner_id join domain d on d.id = p.domain_id
  where x.collection_id = ${collection}`;

/** A row with `upload`, as it was sent, while it still is the one of that digest. */
export const uploadOf = (collection: CollectionId, hash: string): Sql =>
  sql`select upload from publication where collection_id = ${collection} and upload_hash = ${hash}`;

/** Keeps an upload for a published calendar; the same once more changes nothing. */
export const keepUpload = (collection: CollectionId, upload: Uint8Array, hash: string, revision: Revision): Sql => sql`
  update publication set upload = ${upload}::bytea, upload_hash = ${hash}, upload_revision = ${revision}::bigint
  where collection_id = ${collection}
    and (upload_hash is distinct from ${hash} or upload_revision is distinct from ${revision}::bigint)
  returning collection_id as id`;

export interface ListedPublication extends PublicationView {
  readonly slug: string;
  readonly displayName: string | null;
  readonly hosted: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Rights of everybody, as bits. */
  readonly rights: number;
}

/** Rows of `ListedPublication`: what somebody has published, by name. */
export const publicationsOf = (owner: PrincipalId): Sql => sql`
  select b.slug, c.display_name as "displayName", x.hosted, x.created_at as "createdAt", coalesce(g.rights, 0) as rights,
    ${viewColumns}
  from publication x join collection c on c.id = x.collection_id
    join binding b on b.collection_id = c.id and b.how = 'own'
    left join grant_entry g on g.collection_id = c.id and g.subject = 'public' and g.positive
  where c.owner_id = ${owner} order by b.slug`;

/** Sets or (null) forgets a level. A row with `id`. */
export const setPublicLevel = (owner: PrincipalId, level: PublicLevel | null): Sql =>
  sql`update principal set public_level = ${level} where id = ${owner} returning id`;

export const setDomainPublicLevel = (domain: DomainId, level: PublicLevel | null): Sql =>
  sql`update domain set public_level = ${level} where id = ${domain} returning id`;

/** A row with `level`: the smaller one of the account's and its domain's. */
export const publicLevelOf = (owner: PrincipalId): Sql => sql`
  select (array['none', 'read', 'full'])[least(${rank(sql`p.public_level`)}, ${rank(sql`d.public_level`)})] as level
  from principal p join domain d on d.id = p.domain_id where p.id = ${owner}`;

/**
 * Makes the `public` entries of published calendars what the levels say: of one owner, or of a whole domain. `rights` are
 * the bits of read and full. What is shown in part has no entry: its followers read the feed, not the calendar. Homes that bind a calendar whose entry changes are told (ACL-85).
 */
export function settlePublicEntries(
  whose: { readonly owner: PrincipalId } | { readonly domain: DomainId },
  rights: Readonly<Record<"read" | "full", number>>,
): Sql {
  const mine = "owner" in whose ? sql`p.id = ${whose.owner}` : sql`p.domain_id = ${whose.domain}`;
  return sql`with wanted as (
      select c.id, x.collection_id is null or ${isPart} as withdrawn,
        (array[0, ${rights.read}::int, ${rights.full}::int])[
          least(${rank(sql`p.public_level`)}, ${rank(sql`d.public_level`)})] as rights
      from collection c join principal p on p.id = c.owner_id join domain d on d.id = p.domain_id
        left join publication x on x.collection_id = c.id
      where ${mine} and (x.collection_id is not null
        or exists (select from grant_entry g where g.collection_id = c.id and g.subject = 'public'))
    ), removed as (
      delete from grant_entry g using wanted w
      where g.collection_id = w.id and g.subject = 'public' and (w.withdrawn or w.rights = 0) returning g.collection_id
    ), written as (
      insert into grant_entry as g (collection_id, subject, positive, rights)
      select w.id, 'public', true, w.rights from wanted w where not w.withdrawn and w.rights <> 0
      on conflict (collection_id, subject, positive) do update set rights = excluded.rights
      where g.rights <> excluded.rights returning g.collection_id
    ), changed as (
      select collection_id from removed union select collection_id from written
    ), ${raiseHomes(sql`any (select collection_id from changed)`)}
    select collection_id as id from changed`;
}

/** A row with `slug`, the name of somebody's default calendar; none when he has none. */
export const defaultCalendarSlug = (owner: PrincipalId): Sql => sql`
  select b.slug from principal p join binding b on b.home_id = p.home_id and b.collection_id = p.default_calendar_id
  where p.id = ${owner}`;

/** A row with `rights`: what everybody may do with a calendar, as bits; none where that is nothing. */
export const publicRightsOf = (collection: CollectionId): Sql => sql`
  select rights from grant_entry where collection_id = ${collection} and subject = 'public' and positive`;
