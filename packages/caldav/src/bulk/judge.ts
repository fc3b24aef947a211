import { has, privilegeOf, type Right } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  memberHref,
  NeedPrivileges,
  parseTag,
  QuotaNotExceeded,
  lockRefusal,
  type Refusal,
  refusalOf,
  sightOf,
  WHOLE,
  type WrittenPart,
} from "@kalends/dav-core";
import { dav } from "@kalends/dav-xml";
import type { ObjectAnalysis } from "@kalends/icalendar";
import type { MemberRemoval, ObjectRow } from "@kalends/store";
import { NoUidConflict } from "../conditions.js";
import { memberName } from "../write/member-name.js";
import type { MemberInput } from "../write/write-members.js";
import type { Change, Place } from "./change.js";

/** An object that is in the calendar already, under a name or with a UID that a change speaks about. */
export interface Present {
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly class: ObjectRow["class"];
}

/** What one change comes to. */
export type Verdict =
  { readonly write: MemberInput } | { readonly remove: MemberRemoval } | { readonly refusal: Refusal };

const NEEDED: Readonly<Record<"create" | "update" | "delete", readonly Right[]>> = {
  create: ["i"],
  update: ["i", "d"],
  delete: ["d"],
};

/** The parts whose locks must be held, as for PUT and DELETE of one object (RFC 4918 7). */
const WRITES = { create: ["self", "parent"], update: ["self"], delete: WHOLE } as const satisfies Record<
  string,
  readonly WrittenPart[]
>;

const gone: Refusal = { status: 404, note: "There is nothing here." };
const stale: Refusal = { status: 412, note: "The object has another entity tag." };
/** What is seen in part stays as it is (decision 0018). */
const sealed = (href: string): Refusal => refusalOf(NeedPrivileges, [{ href, privilege: dav("write-content") }]);
const twice: Refusal = { status: 409, note: "Another part of this request is about the same object." };

/**
 * Judges each change as its own PUT or DELETE would be, in order, each seeing what those before it make of the calendar
 * (APL-05, APL-09). `room` is how many more objects the calendar takes.
 */
export function judge(
  changes: readonly Change[],
  present: readonly Present[],
  room: number,
  collection: CollectionResource,
  cx: Exchange,
): readonly Verdict[] {
  const byName = new Map(present.map((row) => [row.name, row]));
  const nameOfUid = new Map(present.map(({ uid, name }) => [uid, name]));
  const touched = new Set<string>();
  const { rights } = collection.collection;
  const mayRead = has(rights, "r");
  const inPart = sightOf(collection.collection, cx) !== null;
  let left = room;

  const locked = (what: keyof typeof WRITES, name: string): Refusal | null =>
    lockRefusal({ collection: collection.collection, name, root: collection.href }, WRITES[what], cx);

  const isHidden = (name: string): boolean => inPart && byName.get(name)?.class === "private";

  const conflict = (name: string): Verdict => ({
    refusal: refusalOf(NoUidConflict, { href: mayRead && !isHidden(name) ? memberHref(collection.href, name) : null }),
  });

  function create(object: ObjectAnalysis): Verdict {
    const holder = nameOfUid.get(object.uid);
    if (holder !== undefined) return conflict(holder);
    if (left <= 0) return { refusal: refusalOf(QuotaNotExceeded, undefined, "The calendar is full.") };
    const own = memberName(object.uid);
    const name = byName.has(own) || touched.has(own) ? `${cx.services.newName()}.ics` : own;
    const closed = locked("create", name);
    if (closed) return { refusal: closed };
    left -= 1;
    touched.add(name);
    nameOfUid.set(object.uid, name);
    return { write: { name, object, expect: "absent" } };
  }

  function find({ name, ifMatch }: Place): Present | { readonly refusal: Refusal } {
    if (touched.has(name)) return { refusal: twice };
    const row = isHidden(name) ? undefined : byName.get(name);
    if (row && inPart && row.class !== "public") return { refusal: sealed(memberHref(collection.href, name)) };
    if (!row) return { refusal: ifMatch === null ? gone : stale };
    if (ifMatch !== null && !isTag(ifMatch, row.etag)) return { refusal: stale };
    return row;
  }

  function judgeOne(change: Change): Verdict {
    if (change.what === "refused") return { refusal: change.refusal };
    const missing = NEEDED[change.what].filter((right) => !has(rights, right));
    if (missing.length > 0) {
      const needed = missing.map((right) => ({ href: collection.href, privilege: privilegeOf(right) }));
      return { refusal: refusalOf(NeedPrivileges, needed) };
    }
    if (change.what === "create") return create(change.object);
    const row = find(change.at);
    if ("refusal" in row) return row;
    if (change.what === "update" && change.object.uid !== row.uid) return conflict(row.name);
    const closed = locked(change.what, row.name);
    if (closed) return { refusal: closed };
    touched.add(row.name);
    if (change.what === "update") return { write: { name: row.name, object: change.object, expect: row } };
    left += 1;
    nameOfUid.delete(row.uid);
    return { remove: { name: row.name, expect: row } };
  }

  return changes.map(judgeOne);
}

/** An entity tag as a client sends it back; a bare one is taken too. */
function isTag(sent: string, etag: string): boolean {
  const { opaque, weak } = parseTag(sent.trim());
  return !weak && opaque === etag;
}
