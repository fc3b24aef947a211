import type { CollectionId, PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";

export interface NewLink {
  readonly owner: PrincipalId;
  /** Digest of the secret. */
  readonly hash: string;
  readonly label: string;
  readonly level: "busy" | "titles" | "full";
  /** Types of components that it shows. */
  readonly components: readonly string[];
  readonly alarms: boolean;
  /** How far it reaches around today, in days; null = without bound. */
  readonly pastDays: number | null;
  readonly futureDays: number | null;
  /** Epoch milliseconds; null = never. */
  readonly expiresAt: number | null;
  readonly calendars: readonly CollectionId[];
}

/** A row with `id`. */
export const insertLink = (l: NewLink): Sql => sql`
  with made as (
    insert into link (owner_id, hash, label, level, components, alarms, past_days, future_days, expires_at)
    values (${l.owner}, ${l.hash}, ${l.label}, ${l.level}, ${l.components}::text[], ${l.alarms},
      ${l.pastDays}::int, ${l.futureDays}::int, ${timestamp(l.expiresAt)})
    returning id
  ), shown as (
    insert into link_calendar (link_id, collection_id) select made.id, c from made, unnest(${l.calendars}::bigint[]) c
  )
  select id from made`;

export interface LinkRow extends Omit<NewLink, "owner" | "hash"> {
  readonly id: number;
  readonly revokedAt: number | null;
  readonly createdAt: number;
  readonly hits: number;
  readonly lastUsedAt: number | null;
}

const columns = sql`l.id, l.label, l.level, l.components, l.alarms, l.past_days as "pastDays",
  l.future_days as "futureDays", l.expires_at as "expiresAt", l.revoked_at as "revokedAt", l.created_at as "createdAt",
  l.hits, l.last_used_at as "lastUsedAt",
  coalesce((select json_agg(k.collection_id order by k.collection_id) from link_calendar k where k.link_id = l.id), '[]')
    as calendars`;

/** What following a link needs: `open` = the owner's account and its calendar service are switched on. */
export interface FollowedLink extends LinkRow {
  readonly open: boolean;
}

/** A `FollowedLink` by the digest of its secret; also one that is revoked or has expired. */
export const linkByHash = (hash: string): Sql => sql`
  select ${columns}, p.enabled and coalesce(p.services ->> 'webcal', '') <> 'false'
    and coalesce(d.services ->> 'webcal', '') <> 'false' as open
  from link l join principal p on p.id = l.owner_id join domain d on d.id = p.domain_id where l.hash = ${hash}`;

/** Rows of `LinkRow` with `names`, the calendars it shows by name; the newest first. */
export const linksOf = (owner: PrincipalId): Sql => sql`
  select ${columns}, array(select b.slug from link_calendar k
    join binding b on b.collection_id = k.collection_id and b.how = 'own' where k.link_id = l.id order by b.slug) as names
  from link l where l.owner_id = ${owner} order by l.id desc`;

/** A row with `id` and `owner` when there was one that was not revoked yet; `owner` null = anybody's. */
export const revokeLink = (id: number, owner: PrincipalId | null): Sql => sql`
  update link set revoked_at = now() where id = ${id} and revoked_at is null
    and owner_id = coalesce(${owner}::bigint, owner_id) returning id, owner_id as owner`;

export const countLinkUse = (id: number, hits: number, at: number): Sql =>
  sql`update link set hits = hits + ${hits}::bigint, last_used_at = ${timestamp(at)} where id = ${id}`;

export interface RemovedObject {
  readonly uid: string;
  readonly data: string;
  /** Epoch milliseconds. */
  readonly removedAt: number;
}

export interface Removals {
  readonly calendars: readonly CollectionId[];
  /** Types of components. */
  readonly components: readonly string[];
  /** Epoch milliseconds. */
  readonly since: number;
  /** What must hold for `removed_object r`: it lay in the days that are shown. */
  readonly within: Sql;
}

/** Rows of `RemovedObject`: what went from these calendars since a time and is in none of them now. */
export const removedObjects = ({ calendars, components, since, within }: Removals): Sql => sql`
  select distinct on (r.uid) r.uid, r.data, r.removed_at as "removedAt" from removed_object r
  where r.collection_id = any(${calendars}::bigint[]) and r.component = any(${components}::text[])
    and r.removed_at > ${timestamp(since)} and (${within})
    and not exists (select from object o where o.collection_id = any(${calendars}::bigint[]) and o.uid = r.uid)
  order by r.uid, r.removed_at desc`;

/** Forgets what was removed before a time: no follower is told of it any more. */
export const dropRemovedBefore = (at: number): Sql =>
  sql`delete from removed_object where removed_at < ${timestamp(at)}`;
