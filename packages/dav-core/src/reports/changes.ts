import { subjectsCte } from "@kalends/acl";
import { type CollectionId, type Revision, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { collectionHref, memberHref } from "../hrefs.js";
import { type CollectionResource, childOf, memberOf, shownIn } from "../properties/listing.js";
import type { Plan } from "../properties/plan.js";
import type { Resource } from "../resource.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";
import { memberJson, memberReader } from "../rows/member-row.js";
import type { SyncPoint } from "../sync-token.js";

export interface SyncPage {
  readonly from: SyncPoint;
  /** From the beginning: what is gone was never seen. */
  readonly initial: boolean;
  readonly limit: number;
}

/** What changed after a point, and the point that stands for exactly this. */
export interface Changes {
  /** Of the collection, in the snapshot of the list. */
  readonly revision: Revision;
  readonly until: SyncPoint;
  readonly changed: readonly Resource[];
  /** hrefs. */
  readonly removed: readonly string[];
  readonly truncated: boolean;
}

interface Entry {
  readonly revision: number;
  readonly name: string;
}

function bounded(
  entries: readonly Entry[],
  { from, limit }: SyncPage,
  now: Revision,
): Pick<Changes, "until" | "truncated"> {
  const last = entries[limit - 1];
  const next = entries[limit];
  if (!last || !next) return { until: { uuid: from.uuid, revision: now }, truncated: false };
  const until = { uuid: from.uuid, revision: last.revision as Revision };
  return { until: next.revision === last.revision ? { ...until, after: last.name } : until, truncated: true };
}

/** The next entries of one table after the point, oldest change first; the index has the same order. */
function entriesAfter(table: Sql, key: Sql, name: Sql, collection: CollectionId, page: SyncPage, cells: Sql): Sql {
  const { revision, after } = page.from;
  const beyond =
    after === undefined
      ? sql`revision > ${revision}::bigint`
      : sql`(revision, ${name}) > (${revision}::bigint, ${after})`;
  return sql`(select revision, ${name} as name, ${cells} as cells from ${table}
    where ${key} = ${collection}::bigint and ${beyond} order by revision, ${name} limit ${page.limit + 1}::int)`;
}

const gone = raw("null::json");
const NONE: Sql = raw("(select 0::bigint, ''::text, null::json where false)");

const tombstonesAfter = (collection: CollectionId, page: SyncPage): Sql =>
  page.initial ? NONE : entriesAfter(raw("tombstone"), raw("collection_id"), raw("name"), collection, page, gone);

type MemberEntry = readonly [revision: number, name: string, cells: readonly unknown[] | null];

/**
 * Members of a collection that changed or went since a point: one statement, so list and revision are of one snapshot
 * (RFC 6578 3.4 to 3.6). Undefined when the collection is gone.
 */
export async function memberChanges(
  at: CollectionResource,
  page: SyncPage,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
): Promise<Changes | undefined> {
  const kind = registry.kind(at.kind).members ?? "";
  const columns = kind === "" ? new Set<never>() : plan.of(kind).columns;
  const { id } = at.collection;
  const members = entriesAfter(raw("object o"), raw("collection_id"), raw("name"), id, page, memberJson(columns));
  const head = await cx.services.db.one<{ revision: Revision; entries: string }>(sql`
    select c.revision, (
      select coalesce(json_agg(json_build_array(page.revision, page.name, page.cells) order by page.revision, page.name), '[]')::text
      from (select * from (${members} union all ${tombstonesAfter(id, page)}) changes
        order by revision, name limit ${page.limit + 1}::int) page
    ) as entries
    from collection c where c.id = ${id}::bigint`);
  if (!head) return undefined;
  const entries = JSON.parse(head.entries) as readonly MemberEntry[];
  const read = memberReader(columns);
  const resourceOf = memberOf(at, kind);
  const sent = entries.slice(0, page.limit);
  return {
    revision: head.revision,
    ...bounded(
      entries.map(([revision, name]) => ({ revision, name })),
      page,
      head.revision,
    ),
    changed: sent.flatMap(([, , cells]) => (cells === null ? [] : [resourceOf(read(cells))])),
    removed: sent.flatMap(([, name, cells]) => (cells === null ? [memberHref(at.href, name)] : [])),
  };
}

type ChildRecord = { readonly [K in keyof CollectionRecord]: CollectionRecord[K] | null } & {
  readonly home_revision: Revision;
  readonly at_revision: number | null;
  readonly name: string | null;
};

const isThere = (record: ChildRecord): record is ChildRecord & CollectionRecord => record.id !== null;

/** To a credential for certain collections the others never were there: it is not told that they are gone either. */
function within({ by }: Exchange): Sql {
  const collections = by?.limit?.collections ?? null;
  if (collections === null) return raw("binding");
  return sql`(select * from binding where collection_id = any(${collections}::bigint[])) binding`;
}

/**
 * Children of a home that changed or went since a point, with the rights held on each. A child whose Lookup was lost
 * is told as gone (RFC 6578 3.5.2); at the first sync it is not told at all.
 */
export async function homeChanges(
  home: CollectionResource,
  page: SyncPage,
  cx: Exchange,
): Promise<Changes | undefined> {
  const by = cx.by?.id ?? null;
  const { id } = home.collection;
  const bindings = entriesAfter(within(cx), raw("home_id"), raw("slug"), id, page, gone);
  const records = await cx.services.db.rows<ChildRecord>(sql`with recursive ${subjectsCte(by)}, page as (
      select revision, name from (${bindings} union all ${tombstonesAfter(id, page)}) changes
      order by revision, name limit ${page.limit + 1}::int
    )
    select home.revision as home_revision, page.revision as at_revision, page.name, child.*
    from collection home left join page on true left join lateral (
      select * from (
        select ${collectionColumns(cx.by, true)} from ${collectionTables} join binding b on b.collection_id = c.id
        where b.home_id = ${id}::bigint and b.slug = page.name and ${shownIn(home, cx)}
      ) reached where reached.rights & 1 <> 0
    ) child on true
    where home.id = ${id}::bigint order by page.revision, page.name`);
  const [head] = records;
  if (!head) return undefined;
  const entries = records.flatMap((record) => entryOf(record));
  const sent = records.filter(({ name }) => name !== null).slice(0, page.limit);
  const removed = sent.filter((record) => !isThere(record)).map(({ name }) => collectionHref(home.href, name ?? ""));
  return {
    revision: head.home_revision,
    ...bounded(entries, page, head.home_revision),
    changed: sent.filter(isThere).map((record) => childOf(home, collectionRow(record))),
    removed: page.initial ? [] : removed,
  };
}

const entryOf = ({ at_revision, name }: ChildRecord): readonly Entry[] =>
  at_revision === null || name === null ? [] : [{ revision: at_revision, name }];
