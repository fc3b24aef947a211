import { memberName } from "@kalends/caldav";
import { type CollectionRow, type Exchange, sightOf } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { type Sql, sql } from "@kalends/store";

/** An object that is in the calendar; its tag is empty where the writer does not see it as it is. */
export interface Present {
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
}

export interface PresentObjects {
  readonly byUid: ReadonlyMap<string, Present>;
  /** Names that are taken, of those the file's objects would get and perhaps of others. */
  readonly taken: ReadonlySet<string>;
}

/** From this many objects on the calendar is read from one end to the other: that takes no index to be quick. */
const MANY = 100;
const PAGE = 10_000;

/** What the calendar has of the objects of a file. */
export async function presentObjects(
  collection: CollectionRow,
  objects: readonly ObjectAnalysis[],
  cx: Exchange,
): Promise<PresentObjects> {
  const byUid = new Map<string, Present>();
  const taken = new Set<string>();
  // What is not seen as it is equals nothing, so that nobody finds out by trying; the write then refuses it.
  const seesAll = sightOf(collection, cx) === null;
  const etag = sql`case when ${seesAll}::boolean or class = 'public' then etag else '' end as etag`;
  const pages = objects.length < MANY ? few(collection, objects, etag, cx) : all(collection, etag, cx);
  for await (const page of pages) {
    for (const row of page) {
      byUid.set(row.uid, row);
      taken.add(row.name);
    }
  }
  return { byUid, taken };
}

async function* few({ id }: CollectionRow, objects: readonly ObjectAnalysis[], etag: Sql, { services }: Exchange) {
  const uids = objects.map(({ uid }) => uid);
  yield await services.db.rows<Present>(sql`
    select name, uid, ${etag} from object where collection_id = ${id} and uid = any (${uids}::text[])
    union
    select name, uid, ${etag} from object where collection_id = ${id} and name = any (${uids.map(memberName)}::text[])`);
}

async function* all({ id }: CollectionRow, etag: Sql, { services, signal }: Exchange) {
  for (let last = "", more = true; more;) {
    signal.throwIfAborted();
    // Rows are slow to take apart one by one.
    const page: { readonly cells: string } | undefined = await services.db.one(sql`
      select coalesce(json_agg(json_build_array(name, uid, etag) order by name), '[]')::text as cells
      from (select name, uid, ${etag} from object where collection_id = ${id} and name > ${last}
        order by name limit ${PAGE}::int) o`);
    const cells = JSON.parse(page?.cells ?? "[]") as readonly (readonly [name: string, uid: string, etag: string])[];
    yield cells.map(([name, uid, tag]): Present => ({ name, uid, etag: tag }));
    last = cells.at(-1)?.[0] ?? last;
    more = cells.length === PAGE;
  }
}
