import { emitFrom } from "../emit.js";
import { empty, join, raw, type Sql, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";
import {
  expectedEtag,
  input,
  inputColumns,
  leaveBehind,
  setExcluded,
  storedColumns,
  unearthed,
  unseenNew,
  unseenRemoved,
  unseenReplaced,
} from "./member-rows.js";
import { haveOccurrences, scheduled, unscheduled } from "./occurrences.js";
import type { ObjectsWrite } from "./objects-write.js";
import { presumedStill } from "./presumed.js";
import { writeAlone } from "./write-object.js";

/**
 * Writes and removes members of one collection in one statement, all or nothing; gives one `WrittenMember` each.
 * A member whose etag stays the same is left alone, and if nothing changes no revision moves. What is removed takes its dead
 * properties and locks along. `unseen_at` follows who lost sight of what, for sync. One member alone has a leaner statement.
 * Errors: `WriteRefused` (`changed`, `full` or `sealed` with the member's name; `gone` when the collection is no more),
 * `UniqueViolation` (`object_uid_key`, RFC 4791 5.3.2.1).
 */
export const writeObjects = (write: ObjectsWrite): Sql => writeAlone(write) ?? writeTogether(write);

/** Parts of the statement that only matter where something is removed. */
interface Removing {
  readonly removed: readonly Sql[];
  readonly isRemoved: Sql;
  readonly count: Sql;
  /** Joined before anything is inserted. */
  readonly before: Sql;
  readonly events: Sql;
  readonly outcomes: Sql;
}

const nothingRemoved: Removing = {
  removed: [],
  isRemoved: raw("false"),
  count: raw("0"),
  before: empty,
  events: empty,
  outcomes: empty,
};

const isMoved = ({ revision, lockEpoch }: ObjectsWrite): Sql => sql`exists (select from locked
    where next - 1 <> ${revision ?? null}::bigint or lock_epoch <> ${lockEpoch ?? null}::bigint)`;

function removing(write: ObjectsWrite): Removing {
  const { collection, removals, sealed = false } = write;
  if (removals.length === 0) return nothingRemoved;
  const removal = sql`removal as materialized (
    select * from unnest(${removals.map(({ name }) => name)}::text[],
      ${removals.map(({ expect }) => expectedEtag(expect))}::text[]) as r(name, expected)
  )`;
  const removed = sql`removed as (
    delete from object o using removal r, locked l
    where o.collection_id = l.id and o.name = r.name and (r.expected is null or o.etag = r.expected)
      and case when o.name = r.name and ${sealed}::boolean and o.class <> 'public' then refuse_write('sealed', o.name)
        else true end
    returning o.name, l.next as revision, ${unseenRemoved(raw("l.next"))} as unseen_at
  )`;
  return {
    removed: [removal, removed],
    isRemoved: raw("exists (select from removed)"),
    count: raw("(select count(*) from removed)"),
    before: raw(" cross join (select count(*) from removed) as first_removed"),
    events: sql`
      union all select 'object.removed', ${collection}::bigint, r.name, r.revision from removed r`,
    outcomes: sql`
  union all
  select r.name, case
      when g.name is null or ${isMoved(write)} then refuse_write('changed', r.name)::text
      else 'removed' end,
    (select next from locked), now()
  from removal r left join removed g on g.name = r.name
  where g.name is not null or r.expected is not null`,
  };
}

/** Inserts and updates `input`; expectations are checked where the newest version of a row is seen. */
const written = ({ sealed = false }: ObjectsWrite, { before }: Removing): Sql => sql`written as (
    insert into object as o (collection_id, revision, unseen_at, ${storedColumns})
    select l.id, l.next, ${unseenNew(raw("l.id"))}, ${inputColumns}
    from locked l${before} cross join input i
    on conflict (collection_id, name) do update set ${setExcluded}, revision = excluded.revision, modified_at = now(),
      unseen_at = ${unseenReplaced("excluded", raw("excluded.revision"))}
    where case
      when ${sealed}::boolean and o.class <> 'public' then refuse_write('sealed', excluded.name)
      when excluded.name in (select name from input where absent) then refuse_write('changed', excluded.name)
      when excluded.name in (select name from input where expected is not null)
        and (excluded.name, o.etag) not in (select name, expected from input where expected is not null)
        then refuse_write('changed', excluded.name)
      else o.etag <> excluded.etag end
    returning o.name, o.revision, o.modified_at, o.xmax = 0 as created
  )`;

/** Messages about what was done; nothing where nobody wants to hear. */
function telling({ collection, by, via, emit = [] }: ObjectsWrite, { events }: Removing): readonly Sql[] {
  if (emit.length === 0) return [];
  const all = sql`
      select 'object.written' as topic, ${collection}::bigint as collection, w.name, w.revision from written w
      union all select 'collection.changed', ${collection}::bigint, null, b.revision from bumped b${events}`;
  return [emitFrom(emit, all, { by, via })];
}

/**
 * The row of the collection is locked first. What is waited for there may have committed after this statement's
 * snapshot, so expectations are checked only where the newest version of a row is seen: in `on conflict do update
 * where`, in the repeated check of a `delete`, and by whether the row was inserted. Sub-selects on `object` would
 * see the past. Removals come before insertions, so that a UID may move to another name.
 */
function writeTogether(write: ObjectsWrite): Sql {
  const { collection, members, most = null, lockEpoch, presumption, emit = [] } = write;
  const gone = removing(write);
  const parts = [
    input(members),
    sql`locked as materialized (
    select id, revision + 1 as next, lock_epoch from collection
    where id = ${collection}${presumption ? presumedStill(presumption) : empty} for no key update
  )`,
    ...gone.removed,
    written(write, gone),
    sql`bumped as (
    update collection c set revision = l.next, modified_at = now(),
      members = greatest(c.members + (select count(*) from written where created) - ${gone.count}, 0)
    from locked l where c.id = l.id and (exists (select from written) or ${gone.isRemoved}) returning c.revision, c.members
  )`,
    ...(gone.removed.length > 0 ? [leaveBehind(sql`${collection}`, lockEpoch)] : []),
    unearthed(sql`${collection}`),
    unscheduled(sql`${collection}`, "written", "replaced"),
    ...(haveOccurrences(members) ? [scheduled(sql`${collection}`, (of) => sql`${of(members)}`)] : []),
    raiseHomes(sql`${collection}`, raw("exists (select from bumped)")),
    ...telling(write, gone),
  ];
  return sql`
  with ${join(parts)}
  select i.name, case
      when not exists (select from locked) then refuse_write('gone', i.name)::text
      when ${isMoved(write)} then refuse_write('changed', i.name)::text
      when w.created and i.expected is not null then refuse_write('changed', i.name)::text
      when w.created and (select members from bumped) > ${most}::bigint then refuse_write('full', i.name)::text
      when w.created then 'created'
      when w.name is not null then 'replaced'
      else 'unchanged' end as outcome,
    coalesce(w.revision, o.revision, (select next - 1 from locked)) as revision,
    coalesce(w.modified_at, o.modified_at, now()) as "modifiedAt"
  from input i left join written w on w.name = i.name
    left join object o on o.collection_id = ${collection} and o.name = i.name and w.name is null${gone.outcomes}${
      emit.length === 0
        ? empty
        : raw(`
  union all
  select '', '', 0, now() where (select count(*) from notified) < 0`)
    }`;
}
