import { subjectsCte } from "@kalends/acl";
import { type Octets, textOf } from "@kalends/dav-xml";
import { type CollectionId, raw, type Sql, sql } from "@kalends/store";
import type { Exchange, Reduce } from "../exchange.js";
import type { Registry } from "../extension.js";
import { collectionHref, memberHref } from "../hrefs.js";
import { aroundMember, sightOf } from "../privacy/sight.js";
import { SEEN_BY_OTHERS } from "../privacy/visible.js";
import type { MemberColumn } from "../property.js";
import type { CollectionRow, Kind, MemberRow, Resource } from "../resource.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";
import { type CellRows, cellsOf } from "../rows/cell-text.js";
import { markedCells, type MemberCells, memberCells } from "../rows/member-cells.js";
import { type PrincipalRecord, principalColumns, principalRow, principalTables } from "../rows/principal-row.js";
import { listFolder } from "./files.js";
import { findable, type Trace } from "../people.js";
import type { Told } from "./items.js";
import { columnsOf, type Plan } from "./plan.js";
import { plainResponse } from "./response-text.js";
import { inStretches } from "./stretches.js";

export type CollectionResource = Extract<Resource, { rows: "collection" }>;
export type MemberResource = Extract<Resource, { rows: "member" }>;

/** Rows, and octets of bodies, in one statement. */
const PAGE_ROWS = 25_000;
const PAGE_ROWS_WITH_BODIES = 2_000;
const PAGE_OCTETS = 2 * 1024 * 1024;

export interface MemberSelection {
  /** An array of names: no others are looked at, each is looked up by its key, whatever the planner thinks of the sizes. */
  readonly names?: Sql;
  /** The same by rows of `name` and `sure`; conditions may then speak of `n.sure`, which is true where one row of a name says so. */
  readonly marked?: Sql;
  /** A condition on `object o`, for example from a filter; none = all members. */
  readonly where?: Sql;
  /** A narrower condition: who meets it is marked `sure`. Of all others the text is read, whether the plan wants it or not. */
  readonly sure?: Sql;
  /** Columns to read beyond those of the plan. */
  readonly columns?: readonly MemberColumn[];
  /** Everything as it is stored, whoever asks: only for what tells nothing but when time is taken. */
  readonly busyTime?: true;
}

/**
 * The members of a collection in order of name, as one statement up to 25 000 rows (or 2 MiB of bodies, when the plan
 * reads `data`), then further pages by keyset. No transaction is open between pages. Who may not see all gets what he may
 * see, and `where` speaks of what is stored: a filter has to be put to what is shown.
 */
export const listMembers = (
  collection: CollectionResource,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
  selection: MemberSelection = {},
): AsyncGenerator<readonly MemberResource[], void, undefined> => listed(collection, plan, cx, registry, selection);

/** The same for all members, with those written already whose response is put together from nothing but cells. */
export const listWritten = (
  collection: CollectionResource,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Told[], void, undefined> =>
  listed<Octets>(collection, plan, cx, registry, {}, (kind, { place }) =>
    plainResponse(collection, plan.of(kind), place, cx),
  );

async function* listed<W = never>(
  collection: CollectionResource,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
  selection: MemberSelection,
  writer?: (kind: Kind, cells: MemberCells) => ((cells: readonly Octets[], start: number) => W | undefined) | undefined,
): AsyncGenerator<readonly (MemberResource | W)[], void, undefined> {
  const kind = registry.kind(collection.kind).members;
  if (kind === undefined) return;
  const { columns = [], busyTime } = selection;
  const wanted = new Set([...columnsOf(plan, [kind]), ...columns]);
  const reading = readingOf(
    collection.collection.id,
    wanted,
    busyTime ? null : sightOf(collection.collection, cx),
    selection,
  );
  const resourceOf = memberOf(collection, kind);
  const { read } = reading.cells;
  const write = !reading.inPart ? writer?.(kind, reading.cells) : undefined;
  const make = (cells: readonly Octets[], start: number, isPlain: boolean): MemberResource | W | undefined =>
    (isPlain ? write?.(cells, start) : undefined) ?? resourceOf(read(cells, start));
  let last: string | null = null;
  for (let more = true; more;) {
    const page: MemberPage = await memberPage(reading, last, cx);
    yield* inStretches(page.rows, plan, kind, reading.inPart, make);
    last = page.last ?? last;
    more = page.more;
  }
}

/** Makes members of one collection into resources; undefined for what is hidden. */
export const memberOf =
  ({ href, collection }: CollectionResource, kind: string) =>
  (member: MemberRow | null): MemberResource | undefined =>
    member === null
      ? undefined
      : {
          rows: "member",
          kind,
          href: memberHref(href, member.name),
          collection: aroundMember(collection, member),
          name: member.name,
          member,
        };

/** Where members come from: `from` has `object o` in it, and `name` is by what they are put in order and begun. */
interface Among {
  readonly from: Sql;
  readonly where: Sql;
  readonly name: Sql;
}

function among(collection: CollectionId, { names, marked }: MemberSelection): Among {
  if (marked) return looked(namesIn(marked), collection);
  if (names) return looked(sql`select distinct u.name from unnest(${names}) as u(name) order by 1`, collection);
  return { from: raw("object o"), where: sql`o.collection_id = ${collection}::bigint`, name: raw("o.name") };
}

/** With `offset 0` the look at one name is planned by itself: only the key fits it. */
const looked = (names: Sql, collection: CollectionId): Among => ({
  from: sql`(${names}) n cross join lateral (
    select * from object m where m.collection_id = ${collection}::bigint and m.name = n.name offset 0) o`,
  where: raw("true"),
  name: raw("n.name"),
});

/** By way of arrays, of whose length the planner makes no guess. */
const namesIn = (rows: Sql): Sql => sql`select u.name, bool_or(u.sure) as sure from (
    select array_agg(t.name) as names, array_agg(t.sure) as sures from (${rows}) t) a, unnest(a.names, a.sures) as u(name, sure)
  group by u.name order by u.name`;

interface Reading {
  readonly among: Among;
  readonly cells: MemberCells;
  readonly where: Sql;
  readonly inPart: boolean;
  /** Octets of bodies that a row brings along; null where it brings none. */
  readonly weight: Sql | null;
  /** The most rows of a page. */
  readonly limit: number;
}

function readingOf(
  collection: CollectionId,
  wanted: ReadonlySet<MemberColumn>,
  reduce: Reduce | null,
  selection: MemberSelection,
): Reading {
  const { where = raw("true"), sure } = selection;
  const bodies = wanted.has("data");
  const inPart = reduce !== null;
  const weight = weightOf(bodies || sure !== undefined, inPart);
  return {
    among: among(collection, selection),
    cells: cellsFor(wanted, reduce, sure),
    where: inPart ? sql`${SEEN_BY_OTHERS} and (${where})` : where,
    inPart,
    weight: sure && weight && !bodies ? sql`case when ${sure} then 0 else ${weight} end` : weight,
    limit: bodies ? PAGE_ROWS_WITH_BODIES : PAGE_ROWS,
  };
}

function cellsFor(wanted: ReadonlySet<MemberColumn>, reduce: Reduce | null, sure: Sql | undefined): MemberCells {
  if (!sure) return memberCells(wanted, reduce);
  if (wanted.has("data")) return markedCells(memberCells(wanted, reduce), sure);
  return memberCells(new Set([...wanted, "data"]), reduce, sure);
}

const CANDIDATES = 2;

interface MemberPage {
  readonly rows: CellRows;
  /** The name of the last member, where more may follow. */
  readonly last: string | undefined;
  readonly more: boolean;
}

async function memberPage(reading: Reading, last: string | null, cx: Exchange): Promise<MemberPage> {
  const { among, cells, where, weight, limit } = reading;
  const { db, newName } = cx.services;
  const before = weight
    ? sql`, sum(${weight}) over (order by ${among.name} rows unbounded preceding) - ${weight} as before`
    : raw("");
  const fits = weight ? sql`filter (where o.before < ${PAGE_OCTETS}::bigint)` : raw("");
  const after = last === null ? raw("true") : sql`${among.name} > ${last}`;
  const page = await cellsOf(
    (separator) =>
      db.octets(sql`
    select string_agg(${cells.joined(separator)}, ${separator}) ${fits} as cells,
      (count(*) ${fits})::integer as rows, count(*)::integer as candidates
    from (select ${cells.select}${before} from ${among.from}
      where ${among.where} and ${after} and (${where}) order by ${among.name} limit ${limit}::int) o`),
    cells.width,
    newName,
  );
  if (!page) throw new RangeError("an aggregate has a row");
  const { rows, found } = page;
  const candidates = found.integer(0, CANDIDATES);
  const more = candidates === limit || rows.count < candidates;
  const [end] = (more && rows.row(rows.count - 1)) || [];
  return { rows, more, last: end && textOf(end) };
}

/** What a row counts against the octets of a page: what is shown in part is read and made anew, which takes longer. */
function weightOf(bodies: boolean, inPart: boolean): Sql | null {
  const whole = bodies ? "o.size" : "0";
  if (inPart) return raw(`case when o.class = 'public' then ${whole} else 8 * o.size::bigint end`);
  return bodies ? raw(whole) : null;
}

/** Of what a `binding b` of this home leads to, others see only what its owner owns: shares are his own affair. */
export const shownIn = ({ collection }: CollectionResource, { by }: Exchange): Sql =>
  raw(collection.owner.id === by?.id ? "true" : "b.how = 'own'");

/** What a home holds, as one statement with the rights held on each; what may not be looked up stays in the database. */
export async function listHome(home: CollectionResource, cx: Exchange): Promise<readonly CollectionResource[]> {
  const by = cx.by?.id ?? null;
  const records = await cx.services.db.rows<CollectionRecord>(sql`with recursive ${subjectsCte(by)}
    select * from (
      select ${collectionColumns(cx.by, true)} from ${collectionTables} join binding b on b.collection_id = c.id
      where b.home_id = ${home.collection.id}::bigint and ${shownIn(home, cx)}
    ) child where child.rights & 1 <> 0 order by child.slug`);
  return records.map((record) => childOf(home, collectionRow(record)));
}

/** A collection as a child of the home it is bound in. */
export const childOf = (home: CollectionResource, collection: CollectionRow): CollectionResource => ({
  rows: "collection",
  kind: collection.kind,
  href: collectionHref(home.href, collection.binding?.slug ?? ""),
  collection,
});

/** What stands under the root, under the collection of principals, and under one of its parts; only one's own domain. */
export async function listVirtual(at: Resource, cx: Exchange): Promise<readonly Resource[]> {
  const { links } = cx;
  if (at.href === links.root) return [{ rows: "virtual", kind: "principals", href: links.principals() }];
  if (at.href === links.principals()) {
    return principalKinds.map((kind) => ({ rows: "virtual", kind: "principals", href: links.principals(kind) }));
  }
  const kind = principalKinds.find((candidate) => links.principals(candidate) === at.href);
  return kind === undefined ? [] : listPrincipals(sql`p.kind = ${kind}`, "listed", cx);
}

const principalKinds = ["user", "group", "resource", "location"] as const;

/** The principals of the asker's domain that he may find and that meet a condition on `principal p`; one statement. */
export async function listPrincipals(
  where: Sql,
  trace: Trace,
  cx: Exchange,
  limit = PAGE_ROWS,
): Promise<readonly Resource[]> {
  if (cx.by === null) return [];
  const records = await cx.services.db.rows<PrincipalRecord>(sql`
    select ${principalColumns} from ${principalTables}
    where p.domain_id = ${cx.by.domainId}::bigint and p.enabled and (${where}) and ${findable(cx.by, trace)}
    order by p.kind, p.login limit ${limit}::int`);
  return records.map((record) => {
    const principal = principalRow(record);
    return { rows: "principal", kind: "principal", href: cx.links.principal(principal), principal };
  });
}

/** The same to be told: with responses in place of what is written already. */
export const listTold = (
  at: Resource,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Told[], void, undefined> =>
  at.rows === "collection" && at.kind !== "home"
    ? listWritten(at, plan, cx, registry)
    : listChildren(at, plan, cx, registry);

/** The members of any resource, in batches; nothing for what has none. */
export async function* listChildren(
  at: Resource,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Resource[], void, undefined> {
  if (at.rows === "virtual") yield await listVirtual(at, cx);
  else if (at.rows === "collection" && at.kind === "home") yield await listHome(at, cx);
  else if (at.rows === "collection") yield* listMembers(at, plan, cx, registry);
  else if (at.rows === "file" && at.file.isFolder) yield* listFolder(at, cx);
}
