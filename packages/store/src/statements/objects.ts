import type { CollectionId, PrincipalId, Revision } from "../database.js";
import { empty, join, raw, type Sql, sql } from "../sql.js";

export interface ObjectRow {
  readonly collection: CollectionId;
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly etag: string;
  readonly scheduleTag: string | null;
  readonly size: number;
  readonly revision: Revision;
  readonly firstStart: number | null;
  readonly lastEnd: number | null;
  readonly recurring: boolean;
  readonly index: unknown;
  readonly createdAt: number;
  readonly modifiedAt: number;
}
export type ObjectWithData = ObjectRow & { readonly data: string };

const columns = raw(`o.collection_id as collection, o.name, o.uid, o.component, o.etag, o.schedule_tag as "scheduleTag",
  o.size, o.revision, o.first_start as "firstStart", o.last_end as "lastEnd", o.recurring, o.index,
  o.created_at as "createdAt", o.modified_at as "modifiedAt"`);

export interface Body {
  /** With `data`: rows are `ObjectWithData`. */
  readonly data: boolean;
}
const chosen = ({ data }: Body): Sql => (data ? sql`${columns}, o.data` : columns);

export const objectByName = (collection: CollectionId, name: string, body: Body): Sql =>
  sql`select ${chosen(body)} from object o where o.collection_id = ${collection} and o.name = ${name}`;

/** Those that exist, in the order asked, each once per mention. */
export const objectsByName = (collection: CollectionId, names: readonly string[], body: Body): Sql => sql`
  select ${chosen(body)} from unnest(${names}::text[]) with ordinality as asked(name, position)
  join object o on o.collection_id = ${collection} and o.name = asked.name order by asked.position`;

export interface MemberList {
  readonly revision: Revision;
  /** Pairs of name and etag, by name. */
  readonly members: readonly (readonly [name: string, etag: string])[];
}
/** All names and etags with the collection's revision, from one snapshot: one `MemberList`. */
export const memberList = (collection: CollectionId): Sql => sql`
  select c.revision, coalesce((select json_agg(json_build_array(o.name, o.etag) order by o.name)
    from object o where o.collection_id = c.id), '[]') as members
  from collection c where c.id = ${collection}`;

/** The member that holds `uid`: a row with `name` and `etag`. */
export const holderOfUid = (collection: CollectionId, uid: string): Sql =>
  sql`select name, etag from object where collection_id = ${collection} and uid = ${uid}`;

/** Objects with this UID in any collection the principal owns (RFC 6638 looks there for an attendee's copy). */
export const ownedObjectsByUid = (owner: PrincipalId, uid: string, body: Body): Sql => sql`
  select ${chosen(body)} from collection c join object o on o.collection_id = c.id and o.uid = ${uid}
  where c.owner_id = ${owner} order by o.collection_id, o.name`;

export interface CandidateQuery {
  readonly collections: readonly CollectionId[];
  readonly components?: readonly string[];
  /** Epoch milliseconds; what ends before `from` or starts after `to` is left out. */
  readonly from?: number;
  readonly to?: number;
  /** The last row of the page before. */
  readonly after?: { readonly collection: CollectionId; readonly name: string };
  readonly limit: number;
}

/** Objects that may have an instance in the range: a superset, in pages ordered by collection and name. */
export function candidates(query: CandidateQuery, body: Body): Sql {
  const { collections, components, from, to, after, limit } = query;
  const where = [
    sql`o.collection_id = any(${collections}::bigint[])`,
    components ? sql`o.component = any(${components}::text[])` : empty,
    from === undefined ? empty : sql`(o.last_end is null or o.last_end >= ${from}::bigint)`,
    to === undefined ? empty : sql`(o.first_start is null or o.first_start <= ${to}::bigint)`,
    after ? sql`(o.collection_id, o.name) > (${after.collection}::bigint, ${after.name})` : empty,
  ].filter((part) => part !== empty);
  return sql`select ${chosen(body)} from object o where ${join(where, " and ")}
    order by o.collection_id, o.name limit ${limit}::bigint`;
}

/** New index values for bytes that stay as they are (after an upgrade of the extraction); moves no revision. */
export const reindexObject = (
  collection: CollectionId,
  name: string,
  etag: string,
  values: Pick<ObjectRow, "firstStart" | "lastEnd" | "recurring"> & { readonly index: string },
): Sql => sql`
  update object set first_start = ${values.firstStart}, last_end = ${values.lastEnd}, recurring = ${values.recurring},
    index = ${values.index}::jsonb
  where collection_id = ${collection} and name = ${name} and etag = ${etag} returning name`;
