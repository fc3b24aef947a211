import type { CollectionId, PrincipalId, Revision } from "../database.js";
import { type Emission, emitFrom } from "../emit.js";
import { type Sql, sql, timestamp } from "../sql.js";

/**
 * Locks collections, then all homes that bind them, each by ascending id: a transaction that writes to several begins
 * with this, so that two that cross cannot deadlock. What follows in the transaction sees everything committed before.
 */
export const lockCollections = (collections: readonly CollectionId[]): Sql => sql`
  with locked as materialized (
    select id from collection where id = any(${collections}::bigint[]) order by id for no key update
  ), homes as materialized (
    select c.id from collection c
    where c.id in (select b.home_id from binding b where b.collection_id in (select id from locked))
    order by c.id for no key update
  )
  select (select count(*) from locked) as collections, (select count(*) from homes) as homes`;

/** A member that was moved keeps the time it was created: epoch milliseconds. A row with `name` when it is there. */
export const setMemberCreated = (collection: CollectionId, name: string, createdAt: number): Sql => sql`
  update object set created_at = ${timestamp(createdAt)} where collection_id = ${collection} and name = ${name}
  returning name`;

/** Keeps others from writing to the collection until the transaction ends: a row with its `revision`. */
export const holdCollection = (id: CollectionId): Sql =>
  sql`select revision from collection where id = ${id} for share`;

export interface ContentCopy {
  readonly from: CollectionId;
  /** Empty, and not yet seen by anybody. */
  readonly to: CollectionId;
  readonly by: PrincipalId | null;
  readonly via: string;
  /** Leaves away what is not public: the copier may not see it as it is. */
  readonly publicOnly?: boolean;
  readonly emit?: readonly Emission[];
}

/** Fills a new collection with all objects of another and their dead properties: a row with `objects`, how many there are. */
export const copyContent = ({ from, to, by, via, publicOnly = false, emit = [] }: ContentCopy): Sql => sql`
  with copied as (
    insert into object (collection_id, revision, name, uid, component, etag, size, data, first_start, last_end, recurring, index,
      layout, basis, covered_until)
    select c.id, c.revision, o.name, o.uid, o.component, o.etag, o.size, o.data, o.first_start, o.last_end, o.recurring, o.index,
      o.layout, o.basis, o.covered_until
    from collection c cross join object o where c.id = ${to} and o.collection_id = ${from}
      and (o.class = 'public' or not ${publicOnly}::boolean)
    returning name, revision
  ), scheduled as (
    insert into occurrence (collection_id, bucket, name, revision, busy, margin, spans)
    select ${to}::bigint, x.bucket, x.name, w.revision, x.busy, x.margin, x.spans
    from copied w join object o on o.collection_id = ${from} and o.name = w.name
      join occurrence x on x.collection_id = o.collection_id and x.name = o.name and x.revision = o.revision
  ), counted as (
    update collection set members = (select count(*) from copied) where id = ${to}
  ), dead as (
    insert into dead_property (collection_id, name, property, xml)
    select ${to}::bigint, d.name, d.property, d.xml from dead_property d where d.collection_id = ${from}
      and d.name in (select name from copied)
  ), ${emitFrom(
    emit,
    sql`
      select 'object.written' as topic, ${to}::bigint as collection, w.name, w.revision from copied w
      union all select 'collection.changed', ${to}::bigint, null, c.revision from collection c where c.id = ${to}`,
    { by, via },
  )}
  select (select count(*) from copied) as objects, (select count(*) from notified) as told`;

/** What `holdCollection` gives. */
export interface HeldCollection {
  readonly revision: Revision;
}
