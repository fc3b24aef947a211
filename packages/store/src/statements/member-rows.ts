import { empty, join, raw, type Slot, type Sql, type SqlScalar, sql } from "../sql.js";
import { NOT_COVERED, type Occurrences, unscheduled } from "./occurrences.js";

/** What must hold for a member, else the whole statement is refused (`WriteRefused`, reason `changed`). */
export type Expectation = "none" | "absent" | { readonly etag: string };

export interface MemberWrite {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly etag: string;
  readonly size: number;
  readonly data: string;
  /** Bounds of all instances in epoch milliseconds, null = without bound. */
  readonly firstStart: number | null;
  readonly lastEnd: number | null;
  readonly recurring: boolean;
  /** JSON text. */
  readonly index: string;
  /** Where the components stand in `data`, in the words of whoever reads it; null = not known. */
  readonly layout?: string | null;
  readonly scheduleTag: string | null;
  /** Absent: nobody knows when it is but by reading it. */
  readonly occurrences?: Occurrences;
  readonly expect: Expectation;
}

export interface MemberRemoval {
  readonly name: string;
  readonly expect: Exclude<Expectation, "absent">;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly of: (member: MemberWrite) => SqlScalar;
}

/** The columns of an object that its writer gives. */
const columns: readonly Column[] = [
  { name: "name", type: "text", of: (m) => m.name },
  { name: "uid", type: "text", of: (m) => m.uid },
  { name: "component", type: "text", of: (m) => m.component },
  { name: "etag", type: "text", of: (m) => m.etag },
  { name: "size", type: "integer", of: (m) => m.size },
  { name: "data", type: "text", of: (m) => m.data },
  { name: "first_start", type: "bigint", of: (m) => m.firstStart },
  { name: "last_end", type: "bigint", of: (m) => m.lastEnd },
  { name: "recurring", type: "boolean", of: (m) => m.recurring },
  { name: "index", type: "jsonb", of: (m) => m.index },
  { name: "layout", type: "text", of: (m) => m.layout ?? null },
  { name: "schedule_tag", type: "text", of: (m) => m.scheduleTag },
  { name: "basis", type: "text", of: ({ occurrences = NOT_COVERED }) => occurrences.basis },
  { name: "covered_until", type: "bigint", of: ({ occurrences = NOT_COVERED }) => occurrences.coveredUntil },
];

export const expectedEtag = (expect: Expectation): string | null => (typeof expect === "object" ? expect.etag : null);

const expectations: readonly Column[] = [
  { name: "expected", type: "text", of: (m) => expectedEtag(m.expect) },
  { name: "absent", type: "boolean", of: (m) => m.expect === "absent" },
];

const named = (list: readonly Column[], prefix = ""): Sql => raw(list.map(({ name }) => `${prefix}${name}`).join(", "));

/** The names of the columns. */
export const storedColumns: Sql = named(columns);

/** The same in the rows of `input`, called `i`. */
export const inputColumns: Sql = named(columns, "i.");

const rest = columns.filter(({ name }) => name !== "name");
const setFrom = (row: string): Sql => raw(rest.map(({ name }) => `${name} = ${row}.${name}`).join(", "));

/** All columns but the name, set to what the row holds that could not be inserted. */
export const setExcluded: Sql = setFrom("excluded");

/** The same, set to what `i` holds. */
export const setInput: Sql = setFrom("i");

/** One member as a row `i`, by plain parameters. */
export const inputRow = (slot: Slot<MemberWrite>): Sql =>
  sql`(select ${join(columns.map(({ type, of }) => sql`${slot(of)}::${raw(type)}`))}) as i(${storedColumns})`;

/** Common table expression `input`: a row for each member, with what is expected of it. */
export function input(members: readonly MemberWrite[]): Sql {
  const list = [...columns, ...expectations];
  const arrays = list.map(({ type, of }) => sql`${members.map(of)}::${raw(type)}[]`);
  return sql`input as materialized (select * from unnest(${join(arrays)}) as i(${named(list)}))`;
}

/** Where others lost sight of a new object `i`: nowhere, or if it is private, where they did of the one before it. */
export const unseenNew = (collection: Sql): Sql => sql`case when object_class(i.index, i.data) = 'private' then (
      select t.unseen_at from tombstone t where t.collection_id = ${collection} and t.name = i.name) end`;

/** The same of an object `o` that becomes the one in `row` at `revision`. */
export const unseenReplaced = (row: "i" | "excluded", revision: Sql): Sql => sql`
      case when object_class(${raw(row)}.index, ${raw(row)}.data) <> 'private' then null
        when o.class = 'private' then o.unseen_at else ${revision} end`;

/** The same of an object `o` that is removed at `revision`. */
export const unseenRemoved = (revision: Sql): Sql =>
  sql`case when o.class = 'private' then o.unseen_at else ${revision} end`;

/** Common table expression `unearthed`: what is `written` anew under a name is gone no more. */
export const unearthed = (collection: Sql): Sql => sql`unearthed as (
    delete from tombstone t using written w where t.collection_id = ${collection} and t.name = w.name and w.created
  )`;

/**
 * Common table expressions for what is in `removed` (`name`, `revision`, `unseen_at`): tombstones, and the end of
 * occurrences, dead properties and locks. Where there never was a lock nobody looks for one.
 */
export const leaveBehind = (collection: Sql, lockEpoch: number | undefined): Sql => sql`buried as (
    insert into tombstone (collection_id, name, revision, unseen_at)
    select ${collection}::bigint, r.name, r.revision, r.unseen_at from removed r
    on conflict (collection_id, name) do update set revision = excluded.revision, removed_at = now(),
      unseen_at = coalesce(excluded.unseen_at, tombstone.unseen_at)
  ), ${unscheduled(collection, "removed")}, forgotten as (
    delete from dead_property d using removed r where d.collection_id = ${collection} and d.name = r.name
  )${
    lockEpoch === 0
      ? empty
      : sql`, unlocked as (
    delete from lock k using removed r where k.collection_id = ${collection} and k.name = r.name
  )`
  }`;
