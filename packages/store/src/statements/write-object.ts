import { empty, join, raw, type Slot, type Sql, type SqlValue, sql, template } from "../sql.js";
import { raiseHomes } from "./homes.js";
import {
  expectedEtag,
  inputColumns,
  inputRow,
  leaveBehind,
  type MemberRemoval,
  type MemberWrite,
  setInput,
  storedColumns,
  unearthed,
  unseenNew,
  unseenRemoved,
  unseenReplaced,
} from "./member-rows.js";
import { haveOccurrences, scheduled, unscheduled } from "./occurrences.js";
import type { ObjectsWrite, Presumption } from "./objects-write.js";
import { stillSo } from "./presumed.js";

type Conditions = Pick<
  ObjectsWrite,
  "collection" | "revision" | "lockEpoch" | "most" | "sealed" | "members" | "removals" | "presumption"
>;

/** One member, and the write it is alone in. */
interface Alone<M> {
  readonly write: Conditions;
  readonly one: M;
}

const collectionOf = ({ write }: Alone<unknown>) => write.collection;
const nameOf = ({ one }: Alone<{ readonly name: string }>) => one.name;
const expectedOf = ({ one }: Alone<Pick<MemberWrite, "expect">>) => expectedEtag(one.expect);
const revisionOf = ({ write }: Alone<unknown>) => write.revision ?? null;
const epochOf = ({ write }: Alone<unknown>) => write.lockEpoch ?? null;
const mostOf = ({ write }: Alone<unknown>) => write.most ?? null;

/** Only asked of a write that presumes something. */
const presumed = ({ write }: Alone<unknown>, of: (presumption: Presumption) => SqlValue): SqlValue =>
  write.presumption ? of(write.presumption) : null;

/** How a statement is put together: by the deed and by which conditions there are, not by their values. */
interface Deed<M> {
  readonly outcome: "created" | "replaced" | "removed";
  /** How the number of members changes. */
  readonly more: -1 | 0 | 1;
  /** Common table expressions; the first is `written` or `removed`, with a row if it could be done. */
  readonly parts: (slot: Slot<Alone<M>>, write: Conditions) => readonly Sql[];
  /** Further reasons to refuse, for a `case`. */
  readonly refusals: (slot: Slot<Alone<M>>, write: Conditions) => readonly Sql[];
}

type Named = Pick<MemberWrite, "name" | "expect">;

/** Whoever presumes also presumes that an object keeps its UID (RFC 4791 5.3.2.1), or removes whatever is there. */
const found = (slot: Slot<Alone<Named>>, { presumption, members, removals }: Conditions): Sql => {
  const named = sql`o.name = ${slot(nameOf)}`;
  if (removals[0]?.expect === "none") return named;
  return sql`${named} and o.etag = ${slot(expectedOf)}${raw(presumption && members.length > 0 ? " and o.uid = i.uid" : "")}`;
};

/** A condition on `o` that holds, or refuses: so it is judged by the newest version of the row. */
const unsealed = (slot: Slot<Alone<Named>>, write: Conditions): Sql =>
  write.sealed === true
    ? sql` and case when ${found(slot, write)} and o.class <> 'public' then refuse_write('sealed', o.name) else true end`
    : empty;

const timetable = (slot: Slot<Alone<MemberWrite>>, { members }: Conditions): readonly Sql[] =>
  haveOccurrences(members) ? [scheduled(slot(collectionOf), (of) => slot(({ write }) => of(write.members)))] : [];

const created: Deed<MemberWrite> = {
  outcome: "created",
  more: 1,
  parts: (slot, write) => [
    sql`written as (
    insert into object as o (collection_id, revision, unseen_at, ${storedColumns})
    select b.id, b.revision, ${unseenNew(raw("b.id"))}, ${inputColumns}
    from bumped b cross join ${inputRow(ofMember(slot))}
    on conflict (collection_id, name) do nothing returning o.name, o.revision, true as created
  )`,
    unearthed(slot(collectionOf)),
    ...timetable(slot, write),
  ],
  refusals: (slot, { most, sealed = false }) => [
    ...(sealed
      ? [
          sql`
      when not exists (select from written) and exists (select from object o
        where o.collection_id = ${slot(collectionOf)} and o.name = ${slot(nameOf)} and o.class <> 'public')
        then refuse_write('sealed', ${slot(nameOf)})::text`,
        ]
      : []),
    ...(most === undefined
      ? []
      : [
          sql`
      when (select members from bumped) > ${slot(mostOf)}::bigint then refuse_write('full', ${slot(nameOf)})::text`,
        ]),
  ],
};

const replaced: Deed<MemberWrite> = {
  outcome: "replaced",
  more: 0,
  parts: (slot, write) => [
    sql`written as (
    update object o set ${setInput}, revision = b.revision, modified_at = now(),
      unseen_at = ${unseenReplaced("i", raw("b.revision"))}
    from bumped b cross join ${inputRow(ofMember(slot))}
    where o.collection_id = b.id and ${found(slot, write)}${unsealed(slot, write)} returning o.name, o.revision
  )`,
    unscheduled(slot(collectionOf), "written"),
    ...timetable(slot, write),
  ],
  refusals: () => [],
};

const removed: Deed<MemberRemoval> = {
  outcome: "removed",
  more: -1,
  parts: (slot, write) => [
    sql`removed as (
    delete from object o using bumped b where o.collection_id = b.id and ${found(slot, write)}${unsealed(slot, write)}
    returning o.name, b.revision, ${unseenRemoved(raw("b.revision"))} as unseen_at
  )`,
    leaveBehind(slot(collectionOf), write.lockEpoch),
  ],
  refusals: () => [],
};

/** Slots for a member's columns. */
const ofMember =
  (slot: Slot<Alone<MemberWrite>>): Slot<MemberWrite> =>
  (of) =>
    slot(({ one }) => of(one));

function compose<M extends Named>(deed: Deed<M>, write: Conditions, slot: Slot<Alone<M>>): Sql {
  const { outcome, more, parts, refusals } = deed;
  const [collection, name] = [slot(collectionOf), slot(nameOf)];
  const held = [
    ...(write.revision === undefined ? [] : [sql` and revision = ${slot(revisionOf)}::bigint`]),
    ...(write.lockEpoch === undefined ? [] : [sql` and lock_epoch = ${slot(epochOf)}::bigint`]),
    ...(write.presumption ? [stillSo((of) => slot((from) => presumed(from, of)))] : []),
  ];
  const bumped = sql`bumped as (
    update collection set revision = revision + 1, modified_at = now(),
      members = ${more === 0 ? raw("members") : raw(`greatest(members + ${more}, 0)`)}
    where id = ${collection}${join(held, "")} returning id, revision, members
  )`;
  const homes = raiseHomes(collection, raw("exists (select from bumped)"));
  const done = raw(outcome === "removed" ? "removed" : "written");
  return sql`
  with ${join([bumped, ...parts(slot, write), homes])}
  select ${name}::text as name, case
      when not exists (select from bumped) and not exists (select from collection where id = ${collection})
        then refuse_write('gone', ${name})::text${join(refusals(slot, write), "")}
      when not exists (select from ${done}) then refuse_write('changed', ${name})::text
      else ${raw(`'${outcome}'`)} end as outcome,
    (select revision from bumped) as revision, now() as "modifiedAt"`;
}

/** Which conditions there are; of the lock epoch it matters whether it is 0, because then there are no locks to remove. */
const shapeOf = ({ revision, lockEpoch, most, sealed = false, members, removals, presumption }: Conditions): string =>
  [
    revision !== undefined,
    lockEpoch === undefined ? "any" : lockEpoch === 0,
    most !== undefined,
    sealed,
    haveOccurrences(members),
    removals[0]?.expect === "none",
    presumption !== undefined,
  ].join();

/** A deed's statements, one for each shape. */
function statementsOf<M extends Named>(deed: Deed<M>): (write: Conditions, one: M) => Sql {
  const made = new Map<string, (from: Alone<M>) => Sql>();
  return (write, one) => {
    const shape = shapeOf(write);
    const known = made.get(shape) ?? template<Alone<M>>((slot) => compose(deed, write, slot));
    made.set(shape, known);
    return known({ write, one });
  };
}

const create = statementsOf(created);
const replace = statementsOf(replaced);
const remove = statementsOf(removed);

/**
 * The same as the general statement for one member that is created, replaced by another text, or removed, and of which the
 * writer knows what is there: then the collection can be raised at once, and what finds nothing to do is refused as a whole.
 * Plain parameters instead of lists let the database plan it once. Undefined for everything else.
 */
export function writeAlone(write: ObjectsWrite): Sql | undefined {
  const { members, removals, emit = [] } = write;
  if (members.length + removals.length !== 1 || emit.length > 0) return undefined;
  const [member, removal] = [members[0], removals[0]];
  if (removal) return removal.expect === "none" && !write.presumption ? undefined : remove(write, removal);
  if (!member || member.expect === "none" || expectedEtag(member.expect) === member.etag) return undefined;
  return member.expect === "absent" ? create(write, member) : replace(write, member);
}
