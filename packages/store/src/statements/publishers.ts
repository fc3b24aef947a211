import type { CollectionId, PrincipalId, Revision } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";

/** Somebody who uploads whole files: a digest, and the account where one signed in. */
export interface Publisher {
  readonly key: string;
  readonly principal: PrincipalId | null;
}

/** What a publisher may have before him. */
export interface PublisherBase {
  readonly id: number;
  readonly revision: Revision;
  /** He sent it; else it was shown to him. */
  readonly sent: boolean;
  /** Where what he has is not what the calendar was at the revision; null = he does not have it. */
  readonly items: readonly { readonly uid: string; readonly data: string | null }[];
}

/** As many states one publisher, and all of one calendar, are remembered by. */
const STATES = 4;
const STATES_OF_CALENDAR = 32;
const MOST_HOLDERS = 4;
const HOUR = 3_600_000;

/** Of the states beyond the bounds those go first that nobody signed in for, then those seen longest ago. */
const evicted = (collection: CollectionId, but: number | null): Sql => sql`evicted as (
    delete from publisher_base b where b.collection_id = ${collection} and b.id is distinct from ${but}::bigint and b.id in (
      select r.id from (select p.id,
          row_number() over (partition by p.publisher order by p.revision desc, p.id desc) as own,
          row_number() over (order by p.principal_id is null, p.seen_at desc, p.id desc) as overall
        from publisher_base p where p.collection_id = ${collection}) r
      where r.own > ${STATES}::int or r.overall > ${STATES_OF_CALENDAR}::int)
  )`;

/**
 * Notes that a publisher is given the calendar as it is now; `had` is the revision he named as the one he has. A row with
 * `revision` and `modifiedAt`: what he may be given. Writers are held off meanwhile, so that nothing of that revision is
 * forgotten before it is noted; where all is noted already nothing is held or written.
 */
export const noteShown = (
  collection: CollectionId,
  { key, principal }: Publisher,
  had: Revision | null,
  now: number,
): Sql => sql`
  with held as materialized (
    select c.id, c.revision, c.modified_at from collection c where c.id = ${collection} and not exists (
      select from publisher_base b where b.collection_id = c.id and b.publisher = ${key} and b.revision = c.revision
        and (c.revision = ${had}::bigint or not b.sent and b.holders >= ${MOST_HOLDERS}::int)
        and b.seen_at > ${timestamp(now - HOUR)})
    for share
  ), moved as (
    update publisher_base b set holders = b.holders - 1 from held h
    where b.collection_id = h.id and b.publisher = ${key} and b.revision = ${had}::bigint and b.revision < h.revision
      and b.holders > 1
  ), gone as (
    delete from publisher_base b using held h
    where b.collection_id = h.id and b.publisher = ${key} and (
      b.revision = ${had}::bigint and b.revision < h.revision and b.holders <= 1
      or b.revision = h.revision and b.sent and h.revision is distinct from ${had}::bigint)
  ), noted as (
    insert into publisher_base as b (collection_id, publisher, principal_id, revision, sent, seen_at)
    select h.id, ${key}, ${principal}::bigint, h.revision, false, ${timestamp(now)} from held h
    where not (h.revision is not distinct from ${had}::bigint and exists (select from publisher_base p
      where p.collection_id = h.id and p.publisher = ${key} and p.revision = h.revision and p.sent))
    on conflict (collection_id, publisher, revision) where not sent do update set seen_at = excluded.seen_at,
      holders = case when b.revision is not distinct from ${had}::bigint then b.holders
        else least(b.holders + 1, ${MOST_HOLDERS}::int) end
  ), ${evicted(collection, null)}
  select coalesce(h.revision, c.revision) as revision, coalesce(h.modified_at, c.modified_at) as "modifiedAt"
  from collection c left join held h on h.id = c.id where c.id = ${collection}`;

/** What a publisher may have before him, the newest first: rows of `PublisherBase`. */
export const basesOf = (collection: CollectionId, key: string): Sql => sql`
  select b.id, b.revision, b.sent, coalesce((
    select json_agg(json_build_object('uid', i.uid, 'data', i.data)) from publisher_item i where i.base_id = b.id
  ), '[]'::json) as items
  from publisher_base b where b.collection_id = ${collection} and b.publisher = ${key}
  order by b.revision desc, b.id desc limit ${STATES}::int`;

/** A stored object, or one as it was until before a revision. */
export interface PastObject {
  readonly uid: string;
  readonly revision: Revision;
  readonly data: string;
  /** Null = it stands. */
  readonly until: Revision | null;
}

/** All known states of these objects: rows of `PastObject`. */
export const statesOf = (collection: CollectionId, uids: readonly string[]): Sql => sql`
  select uid, revision, data, null::bigint as until from object
  where collection_id = ${collection} and uid = any(${uids}::text[])
  union all
  select uid, revision, data, until from superseded_object
  where collection_id = ${collection} and uid = any(${uids}::text[])`;

/** A row with `n`: how many objects, but these UIDs, were written since a revision, or were there then and are gone. */
export const countChangedSince = (collection: CollectionId, revision: Revision, but: readonly string[]): Sql => sql`
  select count(*) as n from (
    select uid from object where collection_id = ${collection} and revision > ${revision}::bigint
    union
    select s.uid from superseded_object s where s.collection_id = ${collection}
      and s.revision <= ${revision}::bigint and s.until > ${revision}::bigint
      and not exists (select from object o where o.collection_id = s.collection_id and o.uid = s.uid)
  ) changed where uid <> all(${but}::text[])`;

/** What a publisher sent: where it differs from what stands now, and the state he had made it from. */
export interface SentFile {
  readonly collection: CollectionId;
  readonly publisher: Publisher;
  readonly from: number | null;
  readonly items: readonly { readonly uid: string; readonly data: string | null }[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Notes that a publisher has what he sent, in the transaction that stored it, or, where nothing had to be stored, while the
 * calendar still is `at` that revision. A row with `id` when it was.
 */
export const noteSent = ({ collection, publisher, from, items, now }: SentFile, at: Revision | null): Sql => sql`
  with held as materialized (
    select id, revision from collection where id = ${collection}
      and revision = coalesce(${at}::bigint, revision) for share
  ), lessened as (
    update publisher_base b set holders = b.holders - 1 from held h
    where b.id = ${from}::bigint and b.collection_id = h.id and b.holders > 1
  ), gone as (
    delete from publisher_base b using held h
    where b.id = ${from}::bigint and b.collection_id = h.id and b.holders <= 1
  ), made as (
    insert into publisher_base (collection_id, publisher, principal_id, revision, sent, seen_at)
    select h.id, ${publisher.key}, ${publisher.principal}::bigint, h.revision, true, ${timestamp(now)} from held h
    returning id
  ), differing as (
    insert into publisher_item (base_id, uid, data) select m.id, i.uid, i.data from made m cross join
      unnest(${items.map(({ uid }) => uid)}::text[], ${items.map(({ data }) => data)}::text[]) as i(uid, data)
  ), needless as (
    delete from superseded_object s using held h where s.collection_id = h.id and not exists (
      select from publisher_base b
      where b.collection_id = s.collection_id and b.revision >= s.revision and b.revision < s.until)
  ), ${evicted(collection, from)}
  select id from made`;

/** A publisher still has what he had; written once an hour. */
export const touchBase = (id: number, now: number): Sql => sql`
  update publisher_base set seen_at = ${timestamp(now)} where id = ${id} and seen_at < ${timestamp(now - HOUR)}`;

/** Forgets what publishers had who were not seen since (epoch milliseconds), and the objects nobody has any more. */
export const dropOldBases = (before: number): Sql => sql`
  with gone as (delete from publisher_base where seen_at < ${timestamp(before)} returning id)
  delete from superseded_object s where not exists (
    select from publisher_base b where b.collection_id = s.collection_id and b.revision >= s.revision
      and b.revision < s.until and b.id not in (select id from gone))`;

/** Forgets what a publisher had of a calendar. */
export const forgetBases = (collection: CollectionId, key: string): Sql =>
  sql`delete from publisher_base where collection_id = ${collection} and publisher = ${key}`;

/** Every address that means somebody in calendar data, in lower case: rows with `address`. */
export const calendarAddressesOf = (id: PrincipalId): Sql => sql`
  with mine as (select p.id, p.login, p.uuid, p.domain_id, d.name as domain
    from principal p join domain d on d.id = p.domain_id where p.id = ${id})
  select lower('mailto:' || n.name || '@' || h.host) as address
  from mine m cross join lateral (select m.login as name union all
      select alias from principal_alias where principal_id = m.id) n
    cross join lateral (select m.domain as host union all select alias from domain_alias where domain_id = m.domain_id) h
  union all select 'urn:uuid:' || uuid from mine`;
