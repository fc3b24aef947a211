import type { CollectionId, Revision } from "../database.js";
import { empty, type Sql, sql } from "../sql.js";

/** A place in the order of changes. Without `name`: after everything of that revision. */
export interface ChangeCursor {
  readonly revision: number;
  readonly name?: string;
}

export interface Change {
  readonly name: string;
  readonly revision: Revision;
  /** Null for a member that is gone, and for members of a home, which have none. */
  readonly etag: string | null;
  readonly removed: boolean;
}

/** No row at all: the collection does not exist. */
export interface Changes {
  readonly uuid: string;
  /** The collection's revision in the same snapshot: the token when nothing is left out. */
  readonly current: Revision;
  readonly changes: readonly Change[];
  /** True when the limit cut the list: the token is then the place of the last change. */
  readonly more: boolean;
}

const past = (alias: Sql, cursor: ChangeCursor): Sql =>
  cursor.name === undefined
    ? sql`${alias}.revision > ${cursor.revision}::bigint`
    : sql`(${alias}.revision, ${alias}.name) > (${cursor.revision}::bigint, ${cursor.name})`;

function listing(collection: CollectionId, live: Sql, gone: Sql, limit: number): Sql {
  return sql`
  with change as materialized (
    select * from (${live} ${gone}) as both_kinds(name, revision, etag, removed)
    order by revision, name limit ${limit + 1}::bigint
  ), page as (select * from change order by revision, name limit ${limit}::bigint)
  select c.uuid, c.revision as current, (select count(*) from change) > ${limit}::bigint as more,
    coalesce((select json_agg(json_build_object('name', p.name, 'revision', p.revision, 'etag', p.etag,
      'removed', p.removed) order by p.revision, p.name) from page p), '[]') as changes
  from collection c where c.id = ${collection}`;
}

/**
 * Members changed and removed after `cursor`, ordered by revision and name (RFC 6578 3.4 to 3.6): one row of `Changes`,
 * from one snapshot. `null` gives all live members and nothing removed. A name that lives again is not removed.
 */
export function changesSince(collection: CollectionId, cursor: ChangeCursor | null, limit: number): Sql {
  const live = sql`select o.name, o.revision, o.etag, false from object o
    where o.collection_id = ${collection} ${cursor ? sql`and ${past(sql`o`, cursor)}` : empty}`;
  const gone = cursor
    ? sql`union all select t.name, t.revision, null, true from tombstone t
      where t.collection_id = ${collection} and ${past(sql`t`, cursor)}
        and not exists (select from object o where o.collection_id = t.collection_id and o.name = t.name)`
    : empty;
  return listing(collection, live, gone, limit);
}

/** The same for a home, whose members are its bindings by slug. */
export function homeChangesSince(home: CollectionId, cursor: ChangeCursor | null, limit: number): Sql {
  const live = sql`select b.name, b.revision, null::text, false
    from (select slug as name, revision from binding where home_id = ${home}) b
    where ${cursor ? past(sql`b`, cursor) : sql`true`}`;
  const gone = cursor
    ? sql`union all select t.name, t.revision, null, true from tombstone t
      where t.collection_id = ${home} and ${past(sql`t`, cursor)}
        and not exists (select from binding b where b.home_id = t.collection_id and b.slug = t.name)`
    : empty;
  return listing(home, live, gone, limit);
}
