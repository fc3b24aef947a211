import type { CollectionId, Revision } from "../database.js";
import { join, raw, type Slot, type Sql, sql } from "../sql.js";

/** Instances of one object that are alike, of one bucket. */
export interface OccurrenceRow {
  readonly bucket: number;
  readonly busy: string;
  readonly margin: string;
  /** Epoch milliseconds, `[start,end)`, as text of a multirange. */
  readonly spans: string;
}

/** When an object is: see the columns of the same names. */
export interface Occurrences {
  readonly basis: string;
  readonly coveredUntil: number;
  readonly rows: readonly OccurrenceRow[];
}

/** What an object is stored with whose times nobody reckoned. */
export const NOT_COVERED: Occurrences = Object.freeze({ basis: "", coveredUntil: Number.MIN_SAFE_INTEGER, rows: [] });

interface Scheduled {
  readonly name: string;
  readonly occurrences?: Occurrences;
}

const rowsOf = (members: readonly Scheduled[]) =>
  members.flatMap(({ name, occurrences }) => (occurrences?.rows ?? []).map((row) => ({ name, row })));

/** Whether there is anything to add for them. */
export const haveOccurrences = (members: readonly Scheduled[]): boolean =>
  members.some(({ occurrences }) => occurrences !== undefined && occurrences.rows.length > 0);

/** Common table expression: adds the rows of what stands in `written` (`name`, `revision`). */
export const scheduled = (collection: Sql, slot: Slot<readonly Scheduled[]>): Sql => sql`scheduled as (
    insert into occurrence (collection_id, bucket, name, revision, busy, margin, spans)
    select ${collection}::bigint, s.bucket, w.name, w.revision, s.busy, s.margin, s.spans::int8multirange
    from unnest(${slot((members) => rowsOf(members).map(({ name }) => name))}::text[],
      ${slot((members) => rowsOf(members).map(({ row }) => row.bucket))}::integer[],
      ${slot((members) => rowsOf(members).map(({ row }) => row.busy))}::text[],
      ${slot((members) => rowsOf(members).map(({ row }) => row.margin))}::text[],
      ${slot((members) => rowsOf(members).map(({ row }) => row.spans))}::text[]) as s(name, bucket, busy, margin, spans)
    join written w on w.name = s.name
  )`;

/**
 * Common table expression: what the other one names (`name`) loses its occurrences; `which` of it, all unless said otherwise.
 * A row that a concurrent write added after this snapshot stays, of a revision that is past.
 */
export const unscheduled = (
  collection: Sql,
  from: "removed" | "written",
  which: "all" | "replaced" = "all",
): Sql => sql`unscheduled_${raw(from)} as (
    delete from occurrence x where x.collection_id = ${collection}
      and x.name = any(array(select name from ${raw(from)} ${raw(which === "replaced" ? "where not created" : "")}))
  )`;

/** Where upkeep goes on: behind this member, in order of collection and name. */
export interface PassPosition {
  readonly collection: CollectionId;
  readonly name: string;
}

/** One process at a time: a row with `free`, false while another holds it; until the end of the transaction. */
export const holdPass = (): Sql => sql`select pg_try_advisory_xact_lock(5410228) as free`;

/** How far the visit of all events came that goes by this basis: a row; none when it is over, for a week. */
export const passPosition = (basis: string): Sql => sql`
  with begun as (
    insert into occurrence_pass as p (basis) values (${basis}) on conflict (basis) do update
    set collection_id = 0, name = '', finished_at = null where p.finished_at < now() - interval '7 days'
    returning collection_id, name
  )
  select collection_id as collection, name from begun union all
  select collection_id, name from occurrence_pass where basis = ${basis} and finished_at is null
    and not exists (select from begun)`;

/** Notes how far it came; null = it is over. What was noted long ago for other bases is forgotten. */
export const notePass = (basis: string, at: PassPosition | null): Sql => sql`
  with forgotten as (
    delete from occurrence_pass where basis <> ${basis} and finished_at < now() - interval '7 days'
  )
  update occurrence_pass set collection_id = ${at?.collection ?? 0}::bigint, name = ${at?.name ?? ""},
    finished_at = case when ${at === null}::boolean then now() end where basis = ${basis}`;

/** An event whose occurrences are to be reckoned anew. */
export interface UnreckonedEvent extends PassPosition {
  readonly revision: Revision;
  readonly data: string;
}

/** Of the next `page` objects: rows with `collection`, `name`, and whether they are to be reckoned anew (`isStale`). */
export const nextInPass = (after: PassPosition, trusted: readonly string[], page: number): Sql => sql`
  select o.collection_id as collection, o.name,
    o.component = 'VEVENT' and not o.basis = any(${trusted}::text[]) as "isStale"
  from object o where (o.collection_id, o.name) > (${after.collection}::bigint, ${after.name})
  order by o.collection_id, o.name limit ${page}::integer`;

/** Those of these that are there: `UnreckonedEvent`. */
export const unreckoned = (events: readonly PassPosition[]): Sql => sql`
  select o.collection_id as collection, o.name, o.revision, o.data
  from unnest(${events.map(({ collection }) => collection)}::bigint[], ${events.map(({ name }) => name)}::text[])
    with ordinality as e(collection, name, position)
  join object o on o.collection_id = e.collection and o.name = e.name order by e.position`;

/** Series that are covered up to a time before `least` (epoch milliseconds): `UnreckonedEvent`. The words are those of object_spread. */
export const runningOut = (least: number, trusted: readonly string[], most: number): Sql => sql`
  select o.collection_id as collection, o.name, o.revision, o.data from object o
  where o.component = 'VEVENT'
    and (o.recurring or o.first_start is null or o.last_end is null or o.last_end - o.first_start > 432000000)
    and o.covered_until > ${Number.MIN_SAFE_INTEGER}::bigint and o.covered_until < ${least}::bigint
    and o.basis = any(${trusted}::text[])
  limit ${most}::integer`;

/** What was reckoned of one event at a revision. */
export interface Reckoned {
  readonly name: string;
  readonly revision: Revision;
  readonly firstStart: number | null;
  readonly lastEnd: number | null;
  readonly busy: string | null;
  readonly occurrences: Occurrences;
}

/** Stores what was reckoned of events of one collection that still have that revision; nobody sees a change of them. */
export const storeReckoned = (collection: CollectionId, events: readonly Reckoned[]): Sql => sql`
  with locked as materialized (
    select id from collection where id = ${collection} for no key update
  ), written as (
    update object o set first_start = r.first_start, last_end = r.last_end, basis = r.basis, covered_until = r.covered_until,
      index = o.index || jsonb_build_object('busy', r.busy)
    from locked l cross join unnest(${events.map(({ name }) => name)}::text[], ${events.map((e) => e.revision)}::bigint[],
      ${events.map((e) => e.firstStart)}::bigint[], ${events.map((e) => e.lastEnd)}::bigint[],
      ${events.map((e) => e.busy)}::text[], ${events.map((e) => e.occurrences.basis)}::text[],
      ${events.map((e) => e.occurrences.coveredUntil)}::bigint[])
      as r(name, revision, first_start, last_end, busy, basis, covered_until)
    where o.collection_id = l.id and o.name = r.name and o.revision = r.revision
    returning o.name, o.revision
  ), ${join([
    unscheduled(sql`${collection}`, "written"),
    ...(haveOccurrences(events) ? [scheduled(sql`${collection}`, (of) => sql`${of(events)}`)] : []),
  ])}
  select count(*) as n from written`;
