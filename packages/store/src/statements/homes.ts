import { raw, type Sql, sql } from "../sql.js";

/**
 * Common table expressions that raise the revision of every home binding `collection` and mark the bindings with it,
 * if `when` holds. Homes are locked by ascending id, always after the collection, so that writers cannot deadlock.
 */
export const raiseHomes = (collection: Sql, when: Sql = raw("true")): Sql => sql`
  homes as materialized (
    select c.id, c.revision + 1 as next from collection c
    where c.id in (select b.home_id from binding b where b.collection_id = ${collection}) and (${when})
    order by c.id for no key update
  ), raised as (
    update collection c set revision = h.next, modified_at = now() from homes h where c.id = h.id returning c.id
  ), marked as (
    update binding b set revision = h.next from homes h
    where b.home_id = h.id and b.collection_id = ${collection} returning b.home_id
  )`;

/** The same for one home alone; `home.next` is its new revision. */
export const raiseHome = (home: number, when: Sql = raw("true")): Sql => sql`
  home as materialized (
    select c.id, c.revision + 1 as next from collection c where c.id = ${home} and (${when}) for no key update
  ), raised as (
    update collection c set revision = h.next, modified_at = now() from home h where c.id = h.id returning c.id
  )`;
