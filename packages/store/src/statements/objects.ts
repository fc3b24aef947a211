import type { CollectionId, Revision } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";

/** How open an object is to those who may not see all: as it is, as busy time, not at all, or part by part. */
export type ObjectClass = "public" | "confidential" | "private" | "mixed";

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
  readonly class: ObjectClass;
  readonly createdAt: number;
  readonly modifiedAt: number;
}
export type ObjectWithData = ObjectRow & { readonly data: string };

const columns = raw(`o.collection_id as collection, o.name, o.uid, o.component, o.etag, o.schedule_tag as "scheduleTag",
  o.size, o.revision, o.first_start as "firstStart", o.last_end as "lastEnd", o.recurring, o.index, o.class,
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

/** The names of all members of these components. Rows with `name`, `uid` and `class`. */
export const memberNames = (collection: CollectionId, components: readonly string[]): Sql => sql`
  select name, uid, class from object where collection_id = ${collection} and component = any(${components}::text[])`;

/** How many members there are, counted no further than `most`: a row with `n`. */
export const countMembers = (collection: CollectionId, most: number): Sql => sql`
  select count(*) as n from (select from object where collection_id = ${collection} limit ${most}::int) o`;

/** Counts the members anew; the row must be held. A row with `members`, how many there are. */
export const recountMembers = (collection: CollectionId): Sql => sql`
  update collection set members = (select count(*) from object where collection_id = ${collection})
  where id = ${collection} returning members`;

/** The first of these members whose UID stands under another name already (RFC 4791 5.3.2.1): `name`, `uid` and `class`. */
export const holderOfUid = (
  collection: CollectionId,
  members: readonly { readonly name: string; readonly uid: string }[],
): Sql => sql`
  select o.name, o.uid, o.class
  from unnest(${members.map(({ name }) => name)}::text[], ${members.map(({ uid }) => uid)}::text[]) as m(name, uid)
  join object o on o.collection_id = ${collection} and o.uid = m.uid and o.name <> m.name limit 1`;
