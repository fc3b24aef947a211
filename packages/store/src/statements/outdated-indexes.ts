import type { CollectionId, Revision } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";

/** An object whose index tells less than it could. */
export interface OutdatedObject {
  readonly collection: CollectionId;
  readonly name: string;
  readonly revision: Revision;
  readonly data: string;
}

/** What its index is to tell besides: JSON text. */
export interface RenewedIndex extends Omit<OutdatedObject, "data"> {
  readonly index: string;
}

/** Some objects whose index was made by rules from before a version, as `OutdatedObject`s. */
export const outdatedIndexes = (version: number, most: number): Sql => sql`
  select collection_id as collection, name, revision, data from object
  where ${raw(`coalesce((index->>'version')::int, 0) < ${version}`)} limit ${most}::int`;

/** Adds to the indexes of objects that still are what they were. */
export const renewIndexes = (renewed: readonly RenewedIndex[]): Sql => sql`
  update object o set index = o.index || r.index
  from unnest(${renewed.map(({ collection }) => collection)}::bigint[], ${renewed.map(({ name }) => name)}::text[],
    ${renewed.map(({ revision }) => revision)}::bigint[], ${renewed.map(({ index }) => index)}::jsonb[])
    as r(collection_id, name, revision, index)
  where o.collection_id = r.collection_id and o.name = r.name and o.revision = r.revision`;
