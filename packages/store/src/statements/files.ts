import type { CollectionId, PrincipalId, Revision } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";

/** Where a file or folder is: its area, and its path in it. */
export interface FilePlace {
  readonly collection: CollectionId;
  readonly path: string;
}

/** Path of the folder around a path; empty at the top. */
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** What lies under a path, as a range of the key: `/` is followed by `0`. At the top it is everything. */
export const insidePath = (column: string, path: string): Sql =>
  path === "" ? raw("true") : sql`${raw(column)} > ${`${path}/`} and ${raw(column)} < ${`${path}0`}`;

const inTree = (column: string, path: string): Sql => sql`(${raw(column)} = ${path} or (${insidePath(column, path)}))`;

const treeOf = ({ collection, path }: FilePlace): Sql =>
  sql`f.collection_id = ${collection} and ${inTree("f.path", path)}`;

/** `name` of locks and dead properties, compared as paths are. */
const NAME = 'name collate "C"';

/** Makes the file area of a principal unless it has one. */
export const createFileArea = (owner: PrincipalId): Sql => sql`
  insert into collection (kind, owner_id) values ('file-area', ${owner})
  on conflict (owner_id) where kind = 'file-area' do nothing`;

export interface RaisedArea {
  readonly revision: Revision;
  readonly lockEpoch: number;
}

/**
 * First statement of a transaction that writes to an area: the next revision, and the lock epoch to compare with. All
 * others who write there wait until the end; what follows in the transaction sees everything committed before.
 */
export const raiseArea = (collection: CollectionId): Sql => sql`
  update collection set revision = revision + 1, modified_at = now() where id = ${collection}
  returning revision, lock_epoch as "lockEpoch"`;

export interface FileState {
  readonly path: string;
  readonly isFolder: boolean;
  readonly etag: string;
}

/** What is at these paths: `FileState`s. */
export const filesAt = (collection: CollectionId, paths: readonly string[]): Sql => sql`
  select path, content_id is null as "isFolder", etag from file
  where collection_id = ${collection} and path = any(${paths}::text[])`;

export interface FileUse {
  readonly octets: number;
  readonly files: number;
}

/** What a part of an area holds, the part at `path` itself included: a `FileUse`. */
export const fileUse = (place: FilePlace): Sql => sql`
  select coalesce(sum(f.size), 0)::bigint as octets, count(*) as files from file f where ${treeOf(place)}`;

/** The same for each of these areas: `id`, `octets`, `files`. */
export const areaUse = (collections: readonly CollectionId[]): Sql => sql`
  select f.collection_id as id, sum(f.size)::bigint as octets, count(*) as files from file f
  where f.collection_id = any(${collections}::bigint[]) group by f.collection_id`;

export interface NewFile extends FilePlace {
  readonly content: number;
  readonly size: number;
  readonly type: string;
  readonly etag: string;
  readonly revision: Revision;
}

/** Lets a path mean this content; dead properties of an earlier namesake are not inherited. A row with `modifiedAt`. */
export const putFile = (f: NewFile): Sql => sql`
  with was as (select content_id from file where collection_id = ${f.collection} and path = ${f.path}),
  touched as (update content set touched_at = now() where id in (select content_id from was)),
  cleared as (
    delete from dead_property where collection_id = ${f.collection} and name = ${f.path} and not exists (select from was)
  )
  insert into file as f (collection_id, path, parent, content_id, size, type, etag, revision)
  values (${f.collection}, ${f.path}, ${parentPath(f.path)}, ${f.content}, ${f.size}, ${f.type}, ${f.etag}, ${f.revision})
  on conflict (collection_id, path) do update set content_id = excluded.content_id, size = excluded.size,
    type = excluded.type, etag = excluded.etag, revision = excluded.revision, modified_at = now()
  returning floor(extract(epoch from modified_at) * 1000)::bigint as "modifiedAt"`;

/** Makes a folder at a free path. A row with `path`. */
export const makeFolder = ({ collection, path }: FilePlace, revision: Revision): Sql => sql`
  with cleared as (delete from dead_property where collection_id = ${collection} and name = ${path})
  insert into file (collection_id, path, parent, revision)
  values (${collection}, ${path}, ${parentPath(path)}, ${revision}) returning path`;

/**
 * Removes what is at a path with all inside, its dead properties and locks; `keepLock` leaves those taken on the path
 * itself. The contents stay until they are swept. A row with `path` for each.
 */
export const removeTree = (place: FilePlace, keepLock = false): Sql => sql`
  with removed as (delete from file f where ${treeOf(place)} returning f.path, f.content_id),
  touched as (update content set touched_at = now() where id in (select content_id from removed)),
  dead as (delete from dead_property where collection_id = ${place.collection} and ${inTree(NAME, place.path)}),
  unlocked as (
    delete from lock where collection_id = ${place.collection}
      and ${keepLock ? insidePath(NAME, place.path) : inTree(NAME, place.path)}
  )
  select path from removed`;

const LENGTH = (path: string): Sql => sql`length(${path}::text) + 1`;

/** A path of a tree, seen from another place. */
const moved = (column: string, from: string, to: string): Sql =>
  sql`${to}::text || substr(${raw(column)}, ${LENGTH(from)})`;

const movedParent = (from: string, to: string): Sql =>
  sql`case when f.path = ${from} then ${parentPath(to)} else ${moved("f.parent", from, to)} end`;

/** Copies what is at a path, with all inside where `whole`, to a free place; contents are shared. A row with `files`. */
export const copyTree = (from: FilePlace, to: FilePlace, whole: boolean, revision: Revision): Sql => sql`
  with copied as (
    insert into file (collection_id, path, parent, content_id, size, type, etag, revision)
    select ${to.collection}::bigint, ${moved("f.path", from.path, to.path)}, ${movedParent(from.path, to.path)},
      f.content_id, f.size, f.type, f.etag, ${revision}::bigint
    from file f where ${whole ? treeOf(from) : sql`f.collection_id = ${from.collection} and f.path = ${from.path}`}
    returning path
  ), dead as (
    insert into dead_property (collection_id, name, property, xml)
    select ${to.collection}::bigint, ${moved("d.name", from.path, to.path)}, d.property, d.xml from dead_property d
    where d.collection_id = ${from.collection}
      and ${whole ? inTree(`d.${NAME}`, from.path) : sql`d.name = ${from.path}`}
  )
  select count(*) as files from copied`;

/** Moves what is at a path with all inside to a free place; locks stay behind, that is, vanish. A row with `files`. */
export const moveTree = (from: FilePlace, to: FilePlace, revision: Revision): Sql => sql`
  with moved as (
    update file f set collection_id = ${to.collection}, path = ${moved("f.path", from.path, to.path)},
      parent = ${movedParent(from.path, to.path)}, revision = ${revision}
    where ${treeOf(from)} returning f.path
  ), dead as (
    update dead_property set collection_id = ${to.collection}, name = ${moved("name", from.path, to.path)}
    where collection_id = ${from.collection} and ${inTree(NAME, from.path)}
  ), unlocked as (delete from lock where collection_id = ${from.collection} and ${inTree(NAME, from.path)})
  select count(*) as files from moved`;

/** Octets of the longest path in a tree, counted from the path at its top: a row with `octets`. */
export const longestInside = (place: FilePlace): Sql => sql`
  select coalesce(max(octet_length(f.path)), 0) - octet_length(${place.path}::text) as octets
  from file f where ${treeOf(place)}`;
