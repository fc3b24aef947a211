import { raw, type Sql, sql } from "../sql.js";

/**
 * Common table expressions that raise the revision of every home binding `collection` and mark the bindings with it,
 * if `when` holds. Homes are raised by ascending id, always after the collection, so that writers do not deadlock.
 */
export const raiseHomes = (collection: Sql, when: Sql = raw("true")): Sql => sql`
  raised as (
    update collection c set revision = c.revision + 1, modified_at = now()
    from (select b.home_id from binding b where b.collection_id = ${collection} and (${when}) order by b.home_id) home
    where c.id = home.home_id returning c.id, c.revision
  ), marked as (
    update binding b set revision = r.revision from raised r
    where b.home_id = r.id and b.collection_id = ${collection} returning b.home_id
  )`;

/** The same for one home alone; `home.next` is its new revision. */
export const raiseHome = (home: number, when: Sql = raw("true")): Sql => sql`
  home as materialized (
    select c.id, c.revision + 1 as next from collection c where c.id = ${home} and (${when}) for no key update
  ), raised as (
    update collection c set revision = h.next, modified_at = now() from home h where c.id = h.id returning c.id
  )`;
