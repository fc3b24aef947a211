import { setImmediate as giveWay } from "node:timers/promises";
import { subjectsCte } from "@kalends/acl";
import { type CollectionId, type Revision, raw, type Sql, sql } from "@kalends/store";
import type { Exchange, Reduce } from "../exchange.js";
import type { Registry } from "../extension.js";
import { collectionHref, memberHref } from "../hrefs.js";
import { sightOf } from "../privacy/sight.js";
import { SEEN_BY_OTHERS } from "../privacy/visible.js";
import { type CollectionResource, childOf, memberOf, shownIn } from "../properties/listing.js";
import type { Plan } from "../properties/plan.js";
import type { MemberColumn } from "../property.js";
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
  const view = { uuid: from.uuid, ...(from.inPart ? { inPart: true } : {}) };
  if (!last || !next) return { until: { ...view, revision: now }, truncated: false };
  const until = { ...view, revision: last.revision as Revision };
  return { until: next.revision === last.revision ? { ...until, after: last.name } : until, truncated: true };
}

/** Where changes are noted down: the table, its columns, and what of it is meant. */
interface Notes {
  readonly table: Sql;
  readonly key: Sql;
  readonly name: Sql;
  /** The revision of the change. */
  readonly at: Sql;
  readonly where?: Sql;
}

const ofCollection = { key: raw("collection_id"), name: raw("name"), at: raw("revision") };
const MEMBERS: Notes = { table: raw("object o"), ...ofCollection };

/**
 * Tombstones of names that nothing stands under now. A write that waited for a removal cannot take its tombstone away, it
 * does not see it; what stands is told once, as changed (SYNC-13, SYNC-16).
 */
const graves = (standing: Sql): Notes => ({
  table: raw("tombstone t"),
  ...ofCollection,
  where: sql`not exists (select from ${standing})`,
});
const namesake = raw("object o where o.collection_id = t.collection_id and o.name = t.name");
const TOMBSTONES = graves(namesake);
const GONE_BINDINGS = graves(raw("binding b where b.home_id = t.collection_id and b.slug = t.name"));
const BINDINGS: Notes = { table: raw("binding"), ...ofCollection, key: raw("home_id"), name: raw("slug") };
/** The same for those who may not see everything: what they see, what they lost sight of, what they saw before it went. */
const SEEN: Notes = { ...MEMBERS, where: SEEN_BY_OTHERS };
const LOST: Notes = { ...MEMBERS, at: raw("unseen_at") };
const GONE: Notes = {
  ...graves(sql`${namesake} and (${SEEN_BY_OTHERS} or o.unseen_at is not null)`),
  at: raw("unseen_at"),
};

/** The next entries of one table after the point, oldest change first; the index has the same order. */
function entriesAfter(notes: Notes, collection: CollectionId, page: SyncPage, cells: Sql): Sql {
  const { table, key, name, at, where = raw("true") } = notes;
  const { revision, after } = page.from;
  const beyond =
    after === undefined ? sql`${at} > ${revision}::bigint` : sql`(${at}, ${name}) > (${revision}::bigint, ${after})`;
  return sql`(select ${at} as revision, ${name} as name, ${cells} as cells from ${table}
    where ${key} = ${collection}::bigint and ${beyond} and ${where} order by ${at}, ${name} limit ${page.limit + 1}::int)`;
}

const gone = raw("null::json");
const NONE: Sql = raw("(select 0::bigint, ''::text, null::json where false)");

const tombstonesAfter = (tombstones: Notes, collection: CollectionId, page: SyncPage): Sql =>
  page.initial ? NONE : entriesAfter(tombstones, collection, page, gone);

const lostAfter = (collection: CollectionId, page: SyncPage): Sql =>
  page.initial
    ? NONE
    : sql`${entriesAfter(LOST, collection, page, gone)} union all ${entriesAfter(GONE, collection, page, gone)}`;

type MemberEntry = readonly [revision: number, name: string, cells: readonly unknown[] | null];

/** Entries of which parts are shown, between two turns of others. */
const STRETCH = 200;

/** The members among some entries, as they are seen. */
async function seenAmong(
  entries: readonly MemberEntry[],
  columns: ReadonlySet<MemberColumn>,
  reduce: Reduce | null,
  resourceOf: ReturnType<typeof memberOf>,
): Promise<readonly Resource[]> {
  const read = memberReader(columns);
  const found: Resource[] = [];
  for (const [n, [, , cells]] of entries.entries()) {
    const resource = cells === null ? undefined : resourceOf(read(cells, reduce));
    if (resource) found.push(resource);
    if (reduce !== null && n % STRETCH === STRETCH - 1) await giveWay();
  }
  return found;
}

/**
 * Members of a collection that changed or went since a point: one statement, so list and revision are of one snapshot
 * (RFC 6578 3.4 to 3.6). What was hidden meanwhile went, for those who may not see it (RFC 6578 3.5.2). Undefined when the
 * collection is gone.
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
  const reduce = sightOf(at.collection, cx);
  const [told, lost] = reduce === null ? [MEMBERS, tombstonesAfter(TOMBSTONES, id, page)] : [SEEN, lostAfter(id, page)];
  const members = entriesAfter(told, id, page, memberJson(columns, reduce === null ? "false" : "true"));
  const head = await cx.services.db.one<{ revision: Revision; entries: string }>(sql`
    select c.revision, (
      select coalesce(json_agg(json_build_array(page.revision, page.name, page.cells) order by page.revision, page.name), '[]')::text
      from (select * from (${members} union all ${lost}) changes
        order by revision, name limit ${page.limit + 1}::int) page
    ) as entries
    from collection c where c.id = ${id}::bigint`);
  if (!head) return undefined;
  const entries = JSON.parse(head.entries) as readonly MemberEntry[];
  const sent = entries.slice(0, page.limit);
  return {
    revision: head.revision,
    ...bounded(
      entries.map(([revision, name]) => ({ revision, name })),
      page,
      head.revision,
    ),
    changed: await seenAmong(sent, columns, reduce, memberOf(at, kind)),
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
  const bindings = entriesAfter({ ...BINDINGS, table: within(cx) }, id, page, gone);
  const records = await cx.services.db.rows<ChildRecord>(sql`with recursive ${subjectsCte(by)}, page as (
      select revision, name from (${bindings} union all ${tombstonesAfter(GONE_BINDINGS, id, page)}) changes
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
