import type { CollectionId, PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";

/** Objects as they were when a whole file took them away. */
const REMOVED = "removed";

/** A text as it was before it was removed. */
export interface RemovedVersion {
  readonly name: string;
  readonly data: string;
}

/** Keeps what these members hold, right before they are removed. */
export const keepRemoved = (collection: CollectionId, names: readonly string[], by: PrincipalId | null): Sql => sql`
  insert into object_version (collection_id, name, revision, etag, data, written_by, via)
  select collection_id, name, revision, etag, data, ${by}::bigint, ${REMOVED} from object
  where collection_id = ${collection} and name = any(${names}::text[])
  on conflict (collection_id, name, revision) do update set written_at = now(), written_by = excluded.written_by`;

/** What was removed since a time (epoch milliseconds) and is not there now: the last version of each. */
export const removedSince = (collection: CollectionId, time: number): Sql => sql`
  select distinct on (v.name) v.name, v.data from object_version v
  where v.collection_id = ${collection} and v.via = ${REMOVED} and v.written_at >= ${timestamp(time)}
    and not exists (select from object o where o.collection_id = v.collection_id and o.name = v.name)
  order by v.name, v.revision desc`;

/** Forgets what was removed before a time. */
export const dropTrashBefore = (time: number): Sql =>
  sql`delete from object_version where via = ${REMOVED} and written_at < ${timestamp(time)}`;
