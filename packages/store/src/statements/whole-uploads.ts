import type { CollectionId, Revision } from "../database.js";
import { type Sql, sql } from "../sql.js";

/** A whole file that was put to a calendar. */
export interface WholeUpload {
  readonly collection: CollectionId;
  readonly hash: string;
  /** Component types of which the calendar then held nothing else. */
  readonly removes: readonly string[];
  /** Of the calendar, with everything in the file stored. */
  readonly revision: Revision;
  /** How many objects the file has. */
  readonly objects: number;
}

/** Remembers the last upload; an older one does not take the place of a newer one. */
export const rememberUpload = ({ collection, hash, removes, revision, objects }: WholeUpload): Sql => sql`
  insert into whole_upload as u (collection_id, hash, removes, revision, objects)
  select c.id, ${hash}, ${removes}::text[], ${revision}::bigint, ${objects}::int from collection c where c.id = ${collection}
  on conflict (collection_id) do update
    set hash = excluded.hash, removes = excluded.removes, revision = excluded.revision, objects = excluded.objects
    where excluded.revision >= u.revision
  returning collection_id as id`;

/** A row with `objects` when the calendar stands as this upload left it, at this revision. */
export const sameUpload = ({ collection, hash, removes, revision }: Omit<WholeUpload, "objects">): Sql => sql`
  select u.objects from whole_upload u join collection c on c.id = u.collection_id
  where u.collection_id = ${collection} and u.hash = ${hash} and u.removes @> ${removes}::text[]
    and u.revision = c.revision and c.revision = ${revision}::bigint`;
