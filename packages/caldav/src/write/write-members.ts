import { createHash } from "node:crypto";
import type { Authorized } from "@kalends/acl";
import {
  type CollectionRow,
  type Exchange,
  JudgedTooEarly,
  NeedPrivileges,
  type Refusal,
  Refused,
  refuse,
  refuseStatus,
  sightOf,
} from "@kalends/dav-core";
import { dav } from "@kalends/dav-xml";
import { type ObjectAnalysis, printLayout } from "@kalends/icalendar";
import {
  type CollectionId,
  countMembers,
  type Expectation,
  holderOfUid,
  type MemberRemoval,
  type MemberWrite,
  objectsByName,
  type ObjectRow,
  type ReadTx,
  type Revision,
  type Sql,
  sql,
  UniqueViolation,
  WriteRefused,
  type WriteTx,
  type WrittenMember,
  writeObjects,
} from "@kalends/store";
import { conditionOfConstraint, refuseFindings } from "../conditions.js";
import { objectLimits } from "../limits.js";
import { breathing } from "../query/breathe.js";
import { analyse } from "./analyse.js";
import { type Move, noRules, type ObjectWrite, type Via, type WriteRules } from "./guards.js";

/** One analysed object and what must hold where it goes. */
export interface MemberInput {
  readonly name: string;
  readonly object: ObjectAnalysis;
  readonly expect: Expectation;
}

export interface MembersWrite {
  readonly collection: CollectionRow;
  readonly members: readonly MemberInput[];
  readonly removals: readonly MemberRemoval[];
  /** What the collection must still be at, where a condition of the request says so (RFC 6578 5; SYNC-72). */
  readonly revision?: Revision | undefined;
  /** How many objects the collection may hold after one was created; absent = any number. */
  readonly most?: number | undefined;
  readonly via: Via;
  readonly move?: Move | undefined;
  readonly rules?: WriteRules;
  /** Takes what a guard says against one object, which then is left out; absent = that ends the request. */
  readonly leaveOut?: ((name: string, refusal: Refusal) => void) | undefined;
  /** What happens in the transaction of the write before it, when nobody else can write to the collection any more. */
  readonly before?: ((tx: WriteTx) => Promise<void>) | undefined;
  /** What else happens in the transaction of the write, after it. */
  readonly also?: ((tx: WriteTx) => Promise<void>) | undefined;
}

export interface Written extends WrittenMember {
  /** Without quotes; null for what was removed. */
  readonly etag: string | null;
  /** What is stored; null for what was removed. */
  readonly object: ObjectAnalysis | null;
  /** The stored octets are not those that were analysed: no ETag may be told (RFC 4791 5.3.4). */
  readonly changed: boolean;
}

/** What became of a write; everything but `written` left the collection as it was. */
export type WriteOutcome =
  | { readonly kind: "written"; readonly members: ReadonlyMap<string, Written> }
  /** Somebody else wrote in between: the expectation for this member does not hold. */
  | { readonly kind: "changed"; readonly name: string }
  /** The collection is no more. */
  | { readonly kind: "gone" }
  /** Its row says that it holds as many objects as `most` allows. */
  | { readonly kind: "full" }
  /** A UID is held by another member (null: it was, a moment ago), which may be hidden from the writer. */
  | {
      readonly kind: "uid-taken";
      readonly constraint: string;
      readonly uid: string;
      readonly holder: string | null;
      readonly hidden?: boolean;
    };

const decoder = new TextDecoder();

/** Same bytes, same tag: writing what is stored already changes nothing (SYNC-82). */
export const etagOf = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("base64url").slice(0, 24);

/** More members than this go in as several statements of one transaction: between them others get their turn. */
const PORTION = 125;

/**
 * The only way calendar objects are written: all members and removals of one collection in one transaction, all or
 * nothing. The proof says that the rights needed were checked. Guards may refuse before anything is written. Refuses with
 * `DAV:need-privileges` what would replace or remove something that the writer may not see as it is.
 */
export async function writeMembers(write: MembersWrite, at: Authorized<unknown>, cx: Exchange): Promise<WriteOutcome> {
  const { db } = cx.services;
  if (write.members.length > PORTION) return writePortions(write, at, cx);
  const prepared = await prepareWrite(write, at, cx);
  if (!write.before && !write.also) return carryOut(prepared, cx, () => db.rows<WrittenMember>(prepared.statement));
  return carryOut(prepared, cx, () =>
    db.write(async (tx) => {
      await begin(write, tx);
      const written = await tx.rows<WrittenMember>(prepared.statement);
      await write.also?.(tx);
      return written;
    }),
  );
}

/** Locks in a statement of its own: what comes after it sees everything that was waited for. */
async function begin({ collection, before }: MembersWrite, tx: WriteTx): Promise<void> {
  if (!before) return;
  await tx.rows(sql`select id from collection where id = ${collection.id} for no key update`);
  await before(tx);
}

/** Statements are made when their turn comes: all at once they would take several times the room of the objects. */
async function writePortions(write: MembersWrite, at: Authorized<unknown>, cx: Exchange): Promise<WriteOutcome> {
  const breathe = breathing(cx);
  const portions: MembersWrite[] = [];
  for (let from = 0; from < write.members.length; from += PORTION) {
    const members = write.members.slice(from, from + PORTION);
    // What was removed and what must hold before the write belongs to its beginning.
    const portion = from === 0 ? { ...write, members } : { ...write, members, removals: [], revision: undefined };
    portions.push({ ...portion, ...(await guarded(portion, at, cx)) });
    await breathe();
  }
  const { collection } = write;
  return attempt({ collection, members: portions.flatMap(({ members }) => members) }, cx, () =>
    cx.services.db.write(async (tx) => {
      await begin(write, tx);
      const written = new Map<string, Written>();
      for (const portion of portions) {
        const prepared = statementFor(portion, at, cx);
        const outcome = outcomes(prepared, await tx.rows<WrittenMember>(prepared.statement));
        for (const [name, each] of outcome) written.set(name, each);
      }
      await write.also?.(tx);
      return written;
    }),
  );
}

/** Ways in on which the server itself acts, for the owner. */
const FOR_THE_OWNER: ReadonlySet<Via> = new Set(["scheduling", "restore"]);

/** The guards let it pass; nothing is written yet. */
export interface PreparedWrite {
  readonly collection: CollectionRow;
  readonly members: readonly MemberInput[];
  readonly rows: readonly MemberWrite[];
  readonly statement: Sql;
}

/** One half of a write to two collections: the statement, to be run in a transaction with others. */
export async function prepareWrite(write: MembersWrite, at: Authorized<unknown>, cx: Exchange): Promise<PreparedWrite> {
  return statementFor({ ...write, ...(await guarded(write, at, cx)) }, at, cx);
}

/** What the guards let pass, as a statement. */
function statementFor(write: MembersWrite, at: Authorized<unknown>, cx: Exchange): PreparedWrite {
  const { collection, members, removals, revision, most, via, rules = noRules } = write;
  const rows = members.map(memberRow);
  const statement = writeObjects({
    collection: collection.id,
    by: at.by,
    via,
    members: rows,
    removals,
    revision,
    most,
    lockEpoch: collection.lockEpoch,
    presumption: collection.presumption,
    sealed: !FOR_THE_OWNER.has(via) && sightOf(collection, cx) !== null,
    emit: rules.emit,
  });
  return { collection, members, rows, statement };
}

/** Runs what was prepared, alone or in a transaction, and says what became of it. */
export const carryOut = (
  prepared: Omit<PreparedWrite, "statement">,
  cx: Exchange,
  run: () => Promise<readonly WrittenMember[]>,
): Promise<WriteOutcome> => attempt(prepared, cx, async () => outcomes(prepared, await run()));

async function attempt(
  { collection, members }: Pick<PreparedWrite, "collection" | "members">,
  cx: Exchange,
  run: () => Promise<ReadonlyMap<string, Written>>,
): Promise<WriteOutcome> {
  try {
    return { kind: "written", members: await run() };
  } catch (error) {
    if (collection.presumption && (error instanceof WriteRefused || error instanceof UniqueViolation))
      throw new JudgedTooEarly();
    if (error instanceof WriteRefused) {
      if (error.reason === "sealed") return refuseSealed(cx);
      if (error.reason === "full") return { kind: "full" };
      return error.reason === "gone" ? { kind: "gone" } : { kind: "changed", name: error.member };
    }
    if (error instanceof UniqueViolation && conditionOfConstraint(error.constraint)) {
      return {
        kind: "uid-taken",
        constraint: error.constraint,
        ...(await holder(collection, members, cx)),
      };
    }
    throw error;
  }
}

/** The place is taken by something that the writer may not see as it is (decision 0018). */
function refuseSealed(cx: Exchange): never {
  const missing = { href: cx.path, privilege: dav("write-content") };
  return refuse(NeedPrivileges, [missing], "Part of what is there is private: it is kept as it is.");
}

/** The row to store; its name, tag and index come from the object. */
export function memberRow({ name, object, expect }: MemberInput): MemberWrite {
  const { uid, component, stored, index, layout, occurrences } = object;
  return {
    name,
    uid,
    component,
    etag: etagOf(stored),
    size: stored.byteLength,
    data: decoder.decode(stored),
    firstStart: index.firstStart,
    lastEnd: index.lastEnd,
    recurring: index.recurring,
    index: JSON.stringify(index),
    layout: layout && printLayout(layout),
    scheduleTag: null,
    occurrences,
    expect,
  };
}

function outcomes(
  { members, rows }: Pick<PreparedWrite, "members" | "rows">,
  written: readonly WrittenMember[],
): ReadonlyMap<string, Written> {
  const told = new Map(
    rows.map(({ name, etag }, i) => {
      const object = members[i]?.object ?? null;
      return [name, { etag, object, changed: object?.changed ?? false }];
    }),
  );
  const nothing = { etag: null, object: null, changed: false };
  return new Map(written.map((each) => [each.name, { ...each, ...(told.get(each.name) ?? nothing) }]));
}

/** Which of the members' UIDs stands under another name already; one statement. */
async function holder(collection: CollectionRow, members: readonly MemberInput[], cx: Exchange) {
  const own = members.map(({ name, object }) => ({ name, uid: object.uid }));
  const found = await cx.services.db.one<Pick<ObjectRow, "name" | "uid" | "class">>(holderOfUid(collection.id, own));
  const hidden = found?.class === "private" && sightOf(collection, cx) !== null;
  return found ? { uid: found.uid, holder: found.name, hidden } : { uid: own[0]?.uid ?? "", holder: null };
}

/** Lets the guards see, refuse and rewrite each object; without guards nothing is read. */
async function guarded(
  write: MembersWrite,
  at: Authorized<unknown>,
  cx: Exchange,
): Promise<Pick<MembersWrite, "members" | "removals">> {
  const { collection, members, removals, via, move, rules = noRules } = write;
  if (rules.guards.length === 0) return { members, removals };
  const { db } = cx.services;
  const names = [...members, ...removals].map(({ name }) => name);
  const stored = await db.rows<{ name: string; data: string }>(objectsByName(collection.id, names, { data: true }));
  const before = new Map(stored.map(({ name, data }) => [name, data]));
  const base = { collection, by: at.by, via, move };
  const checked: MemberInput[] = [];
  for (const member of members) {
    const seen = { ...base, before: before.get(member.name) ?? null };
    await unlessLeftOut(write, member.name, async () => checked.push(await guardMember(member, seen, rules, cx)));
  }
  const removed: MemberRemoval[] = [];
  for (const removal of removals) {
    const { name } = removal;
    await unlessLeftOut(write, name, async () => {
      for (const guard of rules.guards) {
        await guard.check({ ...base, name, before: before.get(name) ?? null, after: null }, db);
      }
      removed.push(removal);
    });
  }
  return { members: checked, removals: removed };
}

async function unlessLeftOut({ leaveOut }: MembersWrite, name: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!leaveOut || !(error instanceof Refused)) throw error;
    leaveOut(name, error.refusal);
  }
}

/** Lets the guards see, refuse and rewrite one object. */
export async function guardMember(
  member: MemberInput,
  write: Omit<ObjectWrite, "name" | "after">,
  { guards }: WriteRules,
  cx: Exchange,
): Promise<MemberInput> {
  let { object } = member;
  for (const guard of guards) {
    const after = decoder.decode(object.stored);
    const verdict = await guard.check({ ...write, name: member.name, after }, cx.services.db);
    if (verdict) object = await rewritten(verdict.rewritten, write.collection, cx);
  }
  return { ...member, object };
}

async function rewritten(text: string, collection: CollectionRow, cx: Exchange): Promise<ObjectAnalysis> {
  const result = await analyse(new TextEncoder().encode(text), objectLimits(cx.services.limits, collection), cx);
  return result.ok ? { ...result.value, changed: true } : refuseFindings(result.findings);
}

/** Ends the request for an outcome that no further try can better; `hrefOf` gives null where a name must not be told. */
export function refuseOutcome(
  outcome: Extract<WriteOutcome, { kind: "gone" | "uid-taken" }>,
  hrefOf: (name: string) => string | null,
): never {
  if (outcome.kind === "gone") return refuseStatus(409, "The calendar is no more.");
  const condition = conditionOfConstraint(outcome.constraint);
  if (!condition) throw new TypeError(`no condition for ${outcome.constraint}`);
  const href = outcome.holder === null || outcome.hidden ? null : hrefOf(outcome.holder);
  return refuse(
    condition,
    { href },
    `The UID ${outcome.uid.slice(0, 200)} is used by another object of this calendar.`,
  );
}

/** How many objects a collection holds, counted no further than `most`. */
export async function countObjects(collection: CollectionId, most: number, tx: ReadTx): Promise<number> {
  const row = await tx.one<{ n: number }>(countMembers(collection, most));
  return row?.n ?? 0;
}
