import { empty, join, raw, type Sql, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";
import {
  expectedEtag,
  leaveBehind,
  type MemberRemoval,
  type MemberWrite,
  inputColumns,
  inputRow,
  setInput,
  storedColumns,
  unearthed,
  unseenNew,
  unseenRemoved,
  unseenReplaced,
} from "./member-rows.js";
import type { ObjectsWrite } from "./write-objects.js";

/** What is done to the one member: it changes something, or the statement is refused. */
interface Deed {
  readonly name: string;
  readonly outcome: "created" | "replaced" | "removed";
  /** How the number of members changes. */
  readonly more: -1 | 0 | 1;
  /** Common table expressions, the first is `done`: a row if it could be done. */
  readonly parts: readonly Sql[];
  /** Further reasons to refuse, for a `case`. */
  readonly refusals: readonly Sql[];
}

/**
 * The same as the general statement for one member that is created, replaced by another text, or removed, and of which the
 * writer knows what is there: then the collection can be raised at once, and what finds nothing to do is refused as a whole.
 * Plain parameters instead of lists let the database plan it once. Undefined for everything else.
 */
export function writeAlone(write: ObjectsWrite): Sql | undefined {
  const { members, removals, emit = [] } = write;
  if (members.length + removals.length !== 1 || emit.length > 0) return undefined;
  const [member, removal] = [members[0], removals[0]];
  if (removal) return removal.expect === "none" ? undefined : statement(write, removing(write, removal));
  if (!member || member.expect === "none" || expectedEtag(member.expect) === member.etag) return undefined;
  return statement(write, member.expect === "absent" ? creating(write, member) : replacing(write, member));
}

/** A condition on `o` that holds, or refuses: so it is judged by the newest version of the row. */
const unsealed = ({ sealed = false }: ObjectsWrite, found: Sql): Sql =>
  sealed
    ? sql` and case when ${found} and o.class <> 'public' then refuse_write('sealed', o.name) else true end`
    : empty;

const found = (name: string, expect: MemberRemoval["expect"] | MemberWrite["expect"]): Sql =>
  sql`o.name = ${name} and o.etag = ${expectedEtag(expect)}`;

function creating(write: ObjectsWrite, member: MemberWrite): Deed {
  const { collection, most, sealed = false } = write;
  const { name } = member;
  const hidden = sql`
      when not exists (select from written) and exists (select from object o
        where o.collection_id = ${collection} and o.name = ${name} and o.class <> 'public')
        then refuse_write('sealed', ${name}::text)::text`;
  const written = sql`written as (
    insert into object as o (collection_id, revision, unseen_at, ${storedColumns})
    select b.id, b.revision, ${unseenNew(raw("b.id"))}, ${inputColumns} from bumped b cross join ${inputRow(member)}
    on conflict (collection_id, name) do nothing returning o.name, true as created
  )`;
  const full = sql`
      when (select members from bumped) > ${most ?? null}::bigint then refuse_write('full', ${name}::text)::text`;
  return {
    name,
    outcome: "created",
    more: 1,
    parts: [written, unearthed(collection)],
    refusals: [...(sealed ? [hidden] : []), ...(most === undefined ? [] : [full])],
  };
}

function replacing(write: ObjectsWrite, member: MemberWrite): Deed {
  const { name, expect } = member;
  const there = found(name, expect);
  const written = sql`written as (
    update object o set ${setInput}, revision = b.revision, modified_at = now(),
      unseen_at = ${unseenReplaced("i", raw("b.revision"))}
    from bumped b cross join ${inputRow(member)}
    where o.collection_id = b.id and ${there}${unsealed(write, there)} returning o.name
  )`;
  return { name, outcome: "replaced", more: 0, parts: [written], refusals: [] };
}

function removing(write: ObjectsWrite, { name, expect }: MemberRemoval): Deed {
  const { collection, lockEpoch = null } = write;
  const there = found(name, expect);
  const removed = sql`removed as (
    delete from object o using bumped b where o.collection_id = b.id and ${there}${unsealed(write, there)}
    returning o.name, b.revision, ${unseenRemoved(raw("b.revision"))} as unseen_at
  )`;
  return { name, outcome: "removed", more: -1, parts: [removed, leaveBehind(collection, lockEpoch)], refusals: [] };
}

function statement({ collection, revision, lockEpoch }: ObjectsWrite, deed: Deed): Sql {
  const { name, outcome, more, parts, refusals } = deed;
  const held = [
    ...(revision === undefined ? [] : [sql` and revision = ${revision}::bigint`]),
    ...(lockEpoch === undefined ? [] : [sql` and lock_epoch = ${lockEpoch}::bigint`]),
  ];
  const bumped = sql`bumped as (
    update collection set revision = revision + 1, modified_at = now(),
      members = ${more === 0 ? raw("members") : raw(`greatest(members + ${more}, 0)`)}
    where id = ${collection}${join(held, "")} returning id, revision, members
  )`;
  const homes = raiseHomes(sql`${collection}`, raw("exists (select from bumped)"));
  const done = raw(outcome === "removed" ? "removed" : "written");
  return sql`
  with ${join([bumped, ...parts, homes])}
  select ${name}::text as name, case
      when not exists (select from bumped) and not exists (select from collection where id = ${collection})
        then refuse_write('gone', ${name}::text)::text${join(refusals, "")}
      when not exists (select from ${done}) then refuse_write('changed', ${name}::text)::text
      else ${raw(`'${outcome}'`)} end as outcome,
    (select revision from bumped) as revision, now() as "modifiedAt"`;
}
