import type { CollectionId, PrincipalId, Revision } from "../database.js";
import { type Emission, emitFrom } from "../emit.js";
import { raw, type Sql, type SqlScalar, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";

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
  readonly expect: Expectation;
}

export interface MemberRemoval {
  readonly name: string;
  readonly expect: Exclude<Expectation, "absent">;
}

export interface ObjectsWrite {
  readonly collection: CollectionId;
  readonly by: PrincipalId | null;
  readonly via: string;
  readonly members: readonly MemberWrite[];
  readonly removals: readonly MemberRemoval[];
  /** The revision the collection must still have, else the statement is refused (`changed`); absent = any. */
  readonly revision?: Revision | undefined;
  /** The lock epoch under which the write was judged, else the statement is refused (`changed`); absent = any. */
  readonly lockEpoch?: number | undefined;
  /** The writer may not see all of what is private: nothing that is not public may be touched, else `sealed`. */
  readonly sealed?: boolean;
  /** Who hears of it, through the outbox. */
  readonly emit?: readonly Emission[];
}

export interface WrittenMember {
  readonly name: string;
  readonly outcome: "created" | "replaced" | "unchanged" | "removed";
  readonly revision: Revision;
  readonly modifiedAt: number;
}

const etagOf = (expect: Expectation): string | null => (typeof expect === "object" ? expect.etag : null);

const memberColumns: readonly (readonly [column: string, type: string, of: (m: MemberWrite) => SqlScalar])[] = [
  ["name", "text", (m) => m.name],
  ["uid", "text", (m) => m.uid],
  ["component", "text", (m) => m.component],
  ["etag", "text", (m) => m.etag],
  ["size", "integer", (m) => m.size],
  ["data", "text", (m) => m.data],
  ["first_start", "bigint", (m) => m.firstStart],
  ["last_end", "bigint", (m) => m.lastEnd],
  ["recurring", "boolean", (m) => m.recurring],
  ["index", "jsonb", (m) => m.index],
  ["layout", "text", (m) => m.layout ?? null],
  ["schedule_tag", "text", (m) => m.scheduleTag],
  ["expected", "text", (m) => etagOf(m.expect)],
  ["absent", "boolean", (m) => m.expect === "absent"],
];

const names = (columns: readonly (readonly [string, ...unknown[]])[]): Sql => raw(columns.map(([c]) => c).join(", "));

function input(members: readonly MemberWrite[]): Sql {
  const lists = memberColumns.map(([, type, of]) => sql`${members.map(of)}::${raw(type)}[]`);
  const arrays = lists.reduce((all, list) => sql`${all}, ${list}`);
  return sql`input as materialized (select * from unnest(${arrays}) as i(${names(memberColumns)}))`;
}

const removal = (removals: readonly MemberRemoval[]): Sql => sql`removal as materialized (
    select * from unnest(${removals.map((r) => r.name)}::text[], ${removals.map((r) => etagOf(r.expect))}::text[])
      as r(name, expected)
  )`;

const stored = memberColumns.slice(0, -2);
const replaced = raw(stored.map(([c]) => `${c} = excluded.${c}`).join(", "));

/**
 * Writes and removes members of one collection in one statement, all or nothing; gives one `WrittenMember` each.
 * A member whose etag stays the same is left alone, and if nothing changes no revision moves.
 *
 * The row of the collection is locked first. What is waited for there may have committed after this statement's
 * snapshot, so expectations are checked only where the newest version of a row is seen: in `on conflict do update
 * where`, in the repeated check of a `delete`, and by whether the row was inserted. Sub-selects on `object` would
 * see the past. Removals come before insertions, so that a UID may move to another name; what is removed takes its
 * dead properties and locks along. `unseen_at` follows who lost sight of what, for sync.
 * Errors: `WriteRefused` (`changed` or `sealed` with the member's name; `gone` when the collection is no more), `UniqueViolation`
 * (`object_uid_key`, RFC 4791 5.3.2.1).
 */
export function writeObjects(write: ObjectsWrite): Sql {
  const {
    collection,
    by,
    via,
    members,
    removals,
    revision = null,
    lockEpoch = null,
    sealed = false,
    emit = [],
  } = write;
  const hasMoved = sql`exists (select from locked
    where next - 1 <> ${revision}::bigint or lock_epoch <> ${lockEpoch}::bigint)`;
  return sql`
  with ${input(members)}, ${removal(removals)}, locked as materialized (
    select id, revision + 1 as next, lock_epoch from collection where id = ${collection} for no key update
  ), removed as (
    delete from object o using removal r, locked l
    where o.collection_id = l.id and o.name = r.name and (r.expected is null or o.etag = r.expected)
      and case when o.name = r.name and ${sealed}::boolean and o.class <> 'public' then refuse_write('sealed', o.name)
        else true end
    returning o.name, case when o.class = 'private' then o.unseen_at else l.next end as unseen_at
  ), written as (
    insert into object as o (collection_id, revision, unseen_at, ${names(stored)})
    select l.id, l.next, case when object_class(i.index, i.data) = 'private' then (
        select t.unseen_at from tombstone t where t.collection_id = l.id and t.name = i.name) end,
      ${raw(stored.map(([c]) => `i.${c}`).join(", "))}
    from locked l cross join (select count(*) from removed) as first_removed cross join input i
    on conflict (collection_id, name) do update set ${replaced}, revision = excluded.revision, modified_at = now(),
      unseen_at = case when object_class(excluded.index, excluded.data) <> 'private' then null
        when o.class = 'private' then o.unseen_at else excluded.revision end
    where case
      when ${sealed}::boolean and o.class <> 'public' then refuse_write('sealed', excluded.name)
      when excluded.name in (select name from input where absent) then refuse_write('changed', excluded.name)
      when excluded.name in (select name from input where expected is not null)
        and (excluded.name, o.etag) not in (select name, expected from input where expected is not null)
        then refuse_write('changed', excluded.name)
      else o.etag <> excluded.etag end
    returning o.name, o.revision, o.modified_at, o.xmax = 0 as created
  ), bumped as (
    update collection c set revision = l.next, modified_at = now() from locked l
    where c.id = l.id and (exists (select from written) or exists (select from removed)) returning c.revision
  ), buried as (
    insert into tombstone (collection_id, name, revision, unseen_at)
    select l.id, r.name, l.next, r.unseen_at from removed r cross join locked l
    on conflict (collection_id, name) do update set revision = excluded.revision, removed_at = now(),
      unseen_at = coalesce(excluded.unseen_at, tombstone.unseen_at)
  ), forgotten as (
    delete from dead_property d using removed r where d.collection_id = ${collection} and d.name = r.name
  ), unlocked as (
    delete from lock k using removed r where k.collection_id = ${collection} and k.name = r.name
  ), unearthed as (
    delete from tombstone t using written w where t.collection_id = ${collection} and t.name = w.name and w.created
  ), ${raiseHomes(sql`${collection}`, raw("exists (select from bumped)"))}, ${emitFrom(
    emit,
    sql`
      select 'object.written' as topic, ${collection}::bigint as collection, w.name, w.revision from written w
      union all select 'object.removed', ${collection}::bigint, r.name, l.next from removed r cross join locked l
      union all select 'collection.changed', ${collection}::bigint, null, b.revision from bumped b`,
    { by, via },
  )}
  select i.name, case
      when not exists (select from locked) then refuse_write('gone', i.name)::text
      when ${hasMoved} then refuse_write('changed', i.name)::text
      when w.created and i.expected is not null then refuse_write('changed', i.name)::text
      when w.created then 'created'
      when w.name is not null then 'replaced'
      else 'unchanged' end as outcome,
    coalesce(w.revision, o.revision, (select next - 1 from locked)) as revision,
    coalesce(w.modified_at, o.modified_at, now()) as "modifiedAt"
  from input i left join written w on w.name = i.name
    left join object o on o.collection_id = ${collection} and o.name = i.name and w.name is null
  union all
  select r.name, case
      when g.name is null or ${hasMoved} then refuse_write('changed', r.name)::text
      else 'removed' end,
    (select next from locked), now()
  from removal r left join removed g on g.name = r.name
  where g.name is not null or r.expected is not null
  union all
  select '', '', 0, now() where (select count(*) from notified) < 0`;
}
