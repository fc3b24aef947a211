import { raw, type Slot, type Sql, sql } from "../sql.js";

/** Instances of one object that are alike, of one bucket. */
export interface OccurrenceRow {
  readonly bucket: number;
  readonly busy: string;
  readonly margin: string;
  /** Epoch milliseconds, [start, end). */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** When an object is: see the columns of the same names. */
export interface Occurrences {
  readonly basis: string;
  readonly coveredUntil: number;
  readonly rows: readonly OccurrenceRow[];
}

/** What an object is stored with whose times nobody reckoned. */
export const NOT_COVERED: Occurrences = Object.freeze({ basis: "", coveredUntil: Number.MIN_SAFE_INTEGER, rows: [] });

const spansText = ({ spans }: OccurrenceRow): string => `{${spans.map(([from, to]) => `[${from},${to})`).join(",")}}`;

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
      ${slot((members) => rowsOf(members).map(({ row }) => spansText(row)))}::text[]) as s(name, bucket, busy, margin, spans)
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
