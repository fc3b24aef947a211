import { objectLimits } from "@kalends/caldav";
import type { CollectionResource, Exchange } from "@kalends/dav-core";
import type { ObjectLimits } from "@kalends/icalendar";
import { basesOf, calendarAddressesOf, noteSent, type PublisherBase, touchBase } from "@kalends/store";
import { type Realm, wantsAllDeleted } from "../realms.js";
import { chooseBase } from "./choose-base.js";
import { isSameObject, type Judged, type MergeItem, mergeTask } from "./items.js";
import { isMerged, namesTag, publisherOf } from "./publisher.js";
import type { Stored } from "../store-file.js";
import { asPlanned, type MergeCounts, type Planned, type Revise, type Revised } from "./revision.js";
import { itemsOf, type Views, viewsOf } from "./states.js";

/** A file on its way into a calendar. */
export interface Upload {
  readonly calendar: CollectionResource;
  readonly realm: Realm;
  /** METHOD of the file. */
  readonly method: string | undefined;
  /** Component types it may hold. */
  readonly components: readonly string[];
}

/** How the items of a file are to be judged, and against what. */
interface Rules {
  readonly bases: readonly PublisherBase[];
  readonly isPublished: boolean;
  readonly organizers: readonly string[];
  readonly limits: ObjectLimits;
  readonly views: Views;
}

/**
 * Looks at what an upload would change: where it is known what the sender had, what others changed since is merged with his
 * changes; messages by which something is published change only what is older and not organised by the calendar's owner
 * (RFC 5546 3.2.1). Notes what the sender has then.
 */
export function revising(upload: Upload, cx: Exchange): Revise {
  const { realm, method, calendar } = upload;
  const isForced = wantsAllDeleted(cx.query) || (realm.put === "replace" && !realm.merges);
  const isPublished = method === "PUBLISH" && !isForced;
  const isNoted = isMerged(realm, cx);
  if (!isNoted && !isPublished) return asPlanned;
  return async (planned) => {
    const { bases, remembered } = isNoted ? await knownBases(upload, isForced, cx) : NO_BASES;
    const rules = await rulesFor(upload, { bases, isPublished }, cx);
    const items =
      bases.length > 0 || isPublished ? await collected(itemsOf(planned, bases, calendar, rules.views, cx)) : [];
    const base = await chooseBase(items.flat(), bases, calendar, cx);
    const judged = await judge(items, base, rules, cx);
    const from = base === null ? remembered : (bases[base] ?? null);
    return isNoted ? noting(revised(planned, judged), { upload, planned, judged, from }, cx) : revised(planned, judged);
  };
}

const NO_BASES = Object.freeze({ bases: [], remembered: null });

/** The states to merge against, and the one that an upload takes the place of where nothing is merged. */
async function knownBases({ calendar, realm }: Upload, isForced: boolean, cx: Exchange) {
  const { db } = cx.services;
  const all = await db.rows<PublisherBase>(basesOf(calendar.collection.id, publisherOf(realm, cx).key));
  const [remembered = null] = all;
  if (isForced) return { bases: [], remembered };
  // Who names the version that stands has it before him; unless he asked for its name only, after an upload that was merged.
  if (namesTag(cx)) return { bases: all.filter(({ items }) => items.length > 0), remembered };
  return { bases: all, remembered };
}

async function rulesFor(
  { calendar, realm, components }: Upload,
  { bases, isPublished }: Pick<Rules, "bases" | "isPublished">,
  cx: Exchange,
): Promise<Rules> {
  const { collection } = calendar;
  const { db, limits } = cx.services;
  const own = { ...objectLimits(limits, collection), components };
  const protects = isPublished && cx.by?.id !== collection.owner.id;
  const rows = protects ? await db.rows<{ address: string }>(calendarAddressesOf(collection.owner.id)) : [];
  return {
    bases,
    isPublished,
    organizers: rows.map(({ address }) => address),
    limits: own,
    views: viewsOf(calendar, realm, cx),
  };
}

async function collected<T>(portions: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const portion of portions) all.push(portion);
  return all;
}

async function judge(
  portions: readonly (readonly MergeItem[])[],
  base: number | null,
  { isPublished, organizers, limits, views }: Rules,
  cx: Exchange,
): Promise<readonly Judged[]> {
  const { offload, clock } = cx.services;
  const all: Judged[] = [];
  for (const items of portions) {
    cx.signal.throwIfAborted();
    const now = clock();
    const judged = await offload.run(mergeTask, { items, base, isPublished, organizers, limits, now });
    const byUid = new Map(items.map((item) => [item.uid, item]));
    all.push(...judged.map((each) => asSeen(each, byUid.get(each.uid), views)));
  }
  return all;
}

/** Where the sender is shown a part only, what stands may look to him as he sent it. */
function asSeen(judged: Judged, item: MergeItem | undefined, views: Views): Judged {
  const { take, object, isAsSent } = judged;
  if (isAsSent || item === undefined || item.upload === null) return judged;
  const stands = take === "both" && object ? textOf(object.stored) : item.current;
  const seen = stands === null ? null : views.sent(stands);
  return seen === stands ? judged : { ...judged, isAsSent: isSameObject(seen, item.upload) };
}

/** What was planned, as it was judged. */
function revised({ members, removals }: Planned, judged: readonly Judged[]): Revised & { readonly merge: MergeCounts } {
  const byUid = new Map(judged.map((each) => [each.uid, each]));
  const staying = new Set(judged.flatMap(({ uid, take }) => (take === "current" ? [uid] : [])));
  return {
    members: members.flatMap((member) => {
      const verdict = byUid.get(member.object.uid);
      if (verdict?.take === "current") return [];
      return [verdict?.object ? { ...member, object: verdict.object } : member];
    }),
    removals: removals.filter(({ uid }) => !staying.has(uid)),
    merge: countsOf(judged),
    settle: async () => true,
  };
}

function countsOf(judged: readonly Judged[]): MergeCounts {
  const count = (holds: (each: Judged) => boolean) => judged.filter(holds).length;
  return {
    merged: count(({ isAsSent, isIgnored }) => !isAsSent && !isIgnored),
    conflicts: judged.reduce((sum, { conflicts }) => sum + conflicts, 0),
    disputed: judged.flatMap(({ uid, conflicts }) => (conflicts > 0 ? [uid] : [])),
    ignored: count(({ isIgnored }) => isIgnored),
    isAsSent: judged.every(({ isAsSent }) => isAsSent),
  };
}

interface Noting {
  readonly upload: Upload;
  readonly planned: Planned;
  readonly judged: readonly Judged[];
  readonly from: PublisherBase | null;
}

/** The same, and it is noted what the sender has from now on: what he sent, whatever became of it. */
function noting(plan: Revised, { upload, planned, judged, from }: Noting, cx: Exchange): Revised {
  const { calendar, realm } = upload;
  const { db, clock } = cx.services;
  const sent = new Map(planned.members.map(({ object }) => [object.uid, object.stored]));
  const items = judged.filter(({ isAsSent }) => !isAsSent).map(({ uid }) => ({ uid, data: textOf(sent.get(uid)) }));
  const publisher = publisherOf(realm, cx);
  const collection = calendar.collection.id;
  const note = { collection, publisher, from: from?.id ?? null, items, now: clock() };
  const revision = planned.revision ?? calendar.collection.revision;
  return {
    ...plan,
    async also(tx) {
      await tx.rows(noteSent(note, null));
    },
    async settle() {
      if (from && isAlready(from, revision, items)) {
        await db.rows(touchBase(from.id, clock()));
        return true;
      }
      return (await db.one(noteSent(note, revision))) !== undefined;
    },
  };
}

/** Nothing has to be noted of a sender whose last upload is what stands; true also where nothing is noted of anybody. */
export async function hasJustThis(calendar: CollectionResource, realm: Realm, cx: Exchange): Promise<boolean> {
  if (!isMerged(realm, cx)) return true;
  const { db, clock } = cx.services;
  const { id, revision } = calendar.collection;
  const [base] = await db.rows<PublisherBase>(basesOf(id, publisherOf(realm, cx).key));
  if (!base || !isAlready(base, revision, [])) return false;
  await db.rows(touchBase(base.id, clock()));
  return true;
}

const textOf = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : new TextDecoder().decode(bytes);

const isAlready = (base: PublisherBase, revision: number, items: PublisherBase["items"]): boolean => {
  const before = new Map(base.items.map(({ uid, data }) => [uid, data]));
  const isSame =
    before.size === items.length && items.every(({ uid, data }) => before.has(uid) && before.get(uid) === data);
  return base.sent && base.revision === revision && isSame;
};

const TOLD_AT_MOST = 20;

/**
 * Tells the log when an upload met what others had changed, or took the place of what stood where nothing is merged: how many
 * items, and which ones both had changed; never what is in them.
 */
export function tellOutcome(
  stored: Pick<Stored, "merge" | "replaced" | "removed">,
  { calendar, realm }: Upload,
  cx: Exchange,
): void {
  const { merge, replaced, removed } = stored;
  const about = {
    calendar: calendar.collection.id,
    realm: realm.path,
    user: cx.by ? `${cx.by.login}@${cx.by.domain}` : undefined,
  };
  if (merge && merge.merged + merge.conflicts > 0) {
    const { merged, conflicts, disputed } = merge;
    const uids = disputed.slice(0, TOLD_AT_MOST).map((uid) => uid.slice(0, 120));
    cx.services.remark?.("an upload was merged", { ...about, merged, conflicts, uids });
  } else if (realm.merges && !merge && replaced + removed > 0) {
    cx.services.remark?.("an upload replaced what stood", { ...about, replaced, removed });
  }
}
