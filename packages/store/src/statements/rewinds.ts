import type { CollectionId, Revision } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";

/** After a restored backup revisions go on at the next multiple of this: nobody can have seen so many changes. */
const AGE = 1_000_000_000;

/** True when a backup may have been restored between two revisions of a collection; if not, nobody needs to ask. */
export const otherAge = (revision: Revision, now: Revision): boolean =>
  Math.floor(revision / AGE) !== Math.floor(now / AGE);

/** A row when this revision is one of a time that a restored backup took back. */
export const lostRevision = (id: CollectionId, revision: Revision): Sql => sql`
  select from rewind where collection_id = ${id} and lost_after < ${revision}::bigint and ${revision}::bigint < lost_before limit 1`;

/**
 * Begins a new age in every collection, for right after a backup was restored: what clients saw of it up to the backup holds
 * on, what they saw later does not.
 */
export const rewindAll = (): Sql =>
  raw(`
  with was as materialized (
    select id, revision, (revision / ${AGE} + 1) * ${AGE} as next from collection
  ), noted as (
    insert into rewind (collection_id, lost_after, lost_before) select id, revision, next from was
  ), published as (
    update publication p set upload_revision = was.next from was
    where p.collection_id = was.id and p.upload_revision = was.revision
  ), uploaded as (
    update whole_upload u set revision = was.next from was where u.collection_id = was.id and u.revision = was.revision
  )
  update collection c set revision = was.next from was where c.id = was.id`);
