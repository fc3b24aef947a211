import { subjectsCte } from "@kalends/acl";
import { type Octets, octetsOf, textOf } from "@kalends/dav-xml";
import { type CollectionId, empty, join, presumedStill, type Revision, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { collectionHref, memberHref } from "../hrefs.js";
import { JudgedTooEarly } from "../pipeline/judged-too-early.js";
import { sightOf } from "../privacy/sight.js";
import { SEEN_BY_OTHERS } from "../privacy/visible.js";
import { type CollectionResource, childOf, memberOf, shownIn } from "../properties/listing.js";
import type { Plan } from "../properties/plan.js";
import { inStretches } from "../properties/stretches.js";
import type { Told } from "../properties/items.js";
import { plainResponse } from "../properties/response-text.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";
import { cellsOf } from "../rows/cell-text.js";
import { memberCells } from "../rows/member-cells.js";
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
  /** In batches, made when they are asked for. */
  readonly changed: AsyncIterable<readonly Told[]> | Iterable<readonly Told[]>;
  /** hrefs; complete when everything that changed was asked for. */
  readonly removed: readonly string[];
  readonly truncated: boolean;
}

interface Entry {
  readonly revision: number;
  readonly name: string;
}

/** Where a page ends, by the last entry on it and the one after it. */
function bounded(
  last: Entry | undefined,
  next: Entry | undefined,
  { from }: SyncPage,
  now: Revision,
): Pick<Changes, "until" | "truncated"> {
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
 * does not see it; what stands is told once, as changed (SYNC-13, SYNC-16). `offset` keeps the planner from joining the
 * tombstones with all members where it takes a large calendar for one of usual size: each is looked up by its name.
 */
const graves = (standing: Sql): Notes => ({
  table: raw("tombstone t"),
  ...ofCollection,
  where: sql`not exists (select from ${standing} offset 0)`,
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
function entriesAfter(notes: Notes, collection: CollectionId, page: SyncPage, list: Sql): Sql {
  const { table, key, name, at, where = raw("true") } = notes;
  const { revision, after } = page.from;
  const beyond =
    after === undefined ? sql`${at} > ${revision}::bigint` : sql`(${at}, ${name}) > (${revision}::bigint, ${after})`;
  return sql`(select ${at} as revision, ${list} from ${table}
    where ${key} = ${collection}::bigint and ${beyond} and ${where} order by ${at}, ${name} limit ${page.limit + 1}::int)`;
}

/** The same for several tables together. */
function entriesOf(parts: readonly Sql[], { limit }: SyncPage): Sql {
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  return sql`(select * from (${join(parts, " union all ")}) changes order by revision, name limit ${limit + 1}::int)`;
}

/** Cells of an entry before those of its member: the revision, and a mark where there is a member. */
const BEFORE = 2;
const GONE_MARK = "";
const NOTHING = octetsOf("");
/** The column behind cells and rows. */
const REVISION = 2;
const there = raw("'x'::text as there");
const gone = raw("''::text as there");

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
  const { id, presumption } = at.collection;
  const reduce = sightOf(at.collection, cx);
  const member = memberCells(kind === "" ? new Set() : plan.of(kind).columns, reduce);
  const went = reduce === null ? [TOMBSTONES] : [LOST, GONE];
  const members = entriesAfter(reduce === null ? MEMBERS : SEEN, id, page, sql`${there}, ${member.select}`);
  const lost = page.initial ? [] : went.map((notes) => entriesAfter(notes, id, page, sql`${gone}, ${member.none}`));
  const { db, newName } = cx.services;
  const width = BEFORE + member.width;
  const list = await cellsOf(
    (next) =>
      db.octets(sql`
    select page.cells, page.rows, c.revision::text from collection c cross join (
      select string_agg(o.revision || ${next} || o.there || ${next} || ${member.joined(next)}, ${next}) as cells, count(*)::integer as rows
      from ${entriesOf([members, ...lost], page)} o
    ) page where c.id = ${id}::bigint${presumption ? presumedStill(presumption) : empty}`),
    width,
    newName,
  );
  if (!list && presumption) throw new JudgedTooEarly();
  if (!list) return undefined;
  const { rows, found } = list;
  const revision = Number(found.text(0, REVISION)) as Revision;
  const entry = (n: number): Entry | undefined => {
    const cells = rows.row(n);
    return cells && { revision: Number(cells[0]), name: textOf(cells[BEFORE] ?? NOTHING) };
  };
  const resourceOf = memberOf(at, kind);
  const write = reduce === null && kind !== "" ? plainResponse(at, plan.of(kind), member.place, cx) : undefined;
  const removed: string[] = [];
  let left = page.limit;
  function changeOf(cells: readonly Octets[], start: number, isPlain: boolean): Told | undefined {
    left -= 1;
    if (left < 0) return undefined;
    if (cells[start + 1] !== GONE_MARK)
      return (isPlain ? write?.(cells, start + BEFORE) : undefined) ?? resourceOf(member.read(cells, start + BEFORE));
    removed.push(memberHref(at.href, textOf(cells[start + BEFORE] ?? NOTHING)));
    return undefined;
  }
  return {
    revision,
    ...bounded(entry(page.limit - 1), entry(page.limit), page, revision),
    changed: inStretches(rows, plan, kind, reduce !== null, changeOf),
    removed,
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
  const bindings = entriesAfter({ ...BINDINGS, table: within(cx) }, id, page, raw("slug as name"));
  const went = page.initial ? [] : [entriesAfter(GONE_BINDINGS, id, page, raw("name"))];
  const records = await cx.services.db.rows<ChildRecord>(sql`with recursive ${subjectsCte(by)}, page as (
      select revision, name from ${entriesOf([bindings, ...went], page)} changes
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
    ...bounded(entries[page.limit - 1], entries[page.limit], page, head.home_revision),
    changed: [sent.filter(isThere).map((record) => childOf(home, collectionRow(record)))],
    removed: page.initial ? [] : removed,
  };
}

const entryOf = ({ at_revision, name }: ChildRecord): readonly Entry[] =>
  at_revision === null || name === null ? [] : [{ revision: at_revision, name }];
