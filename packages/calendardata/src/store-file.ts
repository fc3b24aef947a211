import type { Authorized } from "@kalends/acl";
import {
  breathing,
  countObjects,
  etagOf,
  type MemberInput,
  memberName,
  refuseOutcome,
  type Written,
  writeMembers,
} from "@kalends/caldav";
import { type CollectionRow, type Exchange, QuotaNotExceeded, refuse, refuseStatus } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { type Revision, sql, updateCollection } from "@kalends/store";
import { asPlanned, type MergeCounts, type PlannedRemoval, type Revise } from "./merge/revision.js";
import { type PresentObjects, presentObjects } from "./present.js";
import { removableItems } from "./removable.js";
import { toTrash } from "./trash.js";

/** What became of the objects of a file. */
export interface Stored {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Of the calendar after the write. */
  readonly revision: Revision;
  /** Where what was to be written was revised. */
  readonly merge?: MergeCounts | undefined;
  /** Nobody else wrote between reading what is there and the write. */
  readonly alone: boolean;
}

export interface StoreOptions {
  /** Objects that are there already with other content may be replaced; else the whole write is refused. */
  readonly mayReplace: boolean;
  /** Component types of which everything that the file does not have is removed in the same transaction. */
  readonly removes?: readonly string[];
  /** The revision that the sender named: with any other one nothing is written. */
  readonly expected?: Revision | undefined;
  /** Looks at what is about to be written, and may leave out or change some of it. */
  readonly revise?: Revise | undefined;
}

const TRIES = 4;

/**
 * Stores the objects of a file in one transaction: known UIDs with the same content stay as they are, with other content
 * they are replaced under their name; what else is there stays, or goes as `removes` says. Nothing changes unless
 * everything can be written.
 */
export async function storeFile(
  collection: CollectionRow,
  objects: readonly ObjectAnalysis[],
  at: Authorized<unknown>,
  cx: Exchange,
  options: StoreOptions,
): Promise<Stored> {
  await widenComponents(collection, objects, cx);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const left = await leftOver(collection, objects, cx, options);
    const revision = options.expected ?? left.revision;
    const planned = await plan(collection, objects, left.removals.length, cx, options);
    const revise = options.revise ?? asPlanned;
    const { members, removals, merge, also, settle } = await revise({
      members: planned,
      removals: left.removals,
      revision,
    });
    if (members.length + removals.length === 0) {
      if (!(await settle())) {
        if (options.expected !== undefined) refuseChanged();
        continue;
      }
      return {
        merge,
        added: 0,
        replaced: 0,
        unchanged: objects.length,
        removed: 0,
        revision: revision ?? collection.revision,
        alone: true,
      };
    }
    const before = toTrash(collection, removals, cx);
    const write = { collection, members, removals, revision, via: "calendardata", before, also } as const;
    const outcome = await writeMembers(write, at, cx);
    if (outcome.kind === "written") {
      return { ...summary(outcome.members.values(), objects.length, revision ?? collection.revision), merge };
    }
    if (options.expected !== undefined && outcome.kind === "changed") {
      refuseChanged();
    }
    if (outcome.kind === "gone") refuseOutcome(outcome, () => null);
  }
  return refuseStatus(503, "Others are writing the same calendar; try again.", { "Retry-After": "1" });
}

const refuseChanged = (): never =>
  refuseStatus(412, "The calendar has changed since the version you name; fetch it again.");

/**
 * What a file that replaces all leaves no place for. The revision must still hold when it is removed: what others add
 * meanwhile was never seen by whoever made the file, and the write begins anew.
 */
async function leftOver(
  collection: CollectionRow,
  objects: readonly ObjectAnalysis[],
  cx: Exchange,
  { removes = [] }: StoreOptions,
): Promise<{ readonly removals: readonly PlannedRemoval[]; readonly revision: Revision | undefined }> {
  if (removes.length === 0) return { removals: [], revision: undefined };
  const uids = new Set(objects.map(({ uid }) => uid));
  const { db } = cx.services;
  const at = await db.one<{ revision: Revision }>(sql`select revision from collection where id = ${collection.id}`);
  const rows = await removableItems(collection, removes, cx);
  const gone = rows.filter(({ uid }) => !uids.has(uid));
  return { removals: gone.map(({ name, uid }) => ({ name, uid, expect: "none" })), revision: at?.revision };
}

/** What has to be written: all but the objects that are there already just so. */
async function plan(
  collection: CollectionRow,
  objects: readonly ObjectAnalysis[],
  leaving: number,
  cx: Exchange,
  { mayReplace }: StoreOptions,
): Promise<readonly MemberInput[]> {
  const { id } = collection;
  const members: MemberInput[] = [];
  const present = await presentObjects(collection, objects, cx);
  const breathe = breathing(cx);
  for (const object of objects) {
    members.push(...changed(object, present, cx));
    await breathe();
  }
  if (!mayReplace && members.some(({ expect }) => expect !== "absent")) {
    refuseStatus(
      403,
      "An item of the file is in the calendar already with other content; changing it takes the Delete right.",
    );
  }
  await checkRoom(id, members.filter(({ expect }) => expect === "absent").length - leaving, cx);
  return members;
}

/** What an object has to become in the calendar; what changes there meanwhile is noticed by the write. */
function changed(object: ObjectAnalysis, { byUid, taken }: PresentObjects, cx: Exchange): readonly MemberInput[] {
  const row = byUid.get(object.uid);
  const name = memberName(object.uid);
  if (!row) return [{ name: taken.has(name) ? `${cx.services.newName()}.ics` : name, object, expect: "absent" }];
  return row.etag === etagOf(object.stored) ? [] : [{ name: row.name, object, expect: { etag: row.etag } }];
}

async function checkRoom(id: CollectionRow["id"], more: number, cx: Exchange): Promise<void> {
  const most = cx.services.limits.objectsPerCalendar;
  if (more <= 0 || (await countObjects(id, most, cx.services.db)) + more <= most) return;
  refuse(QuotaNotExceeded, undefined, `A calendar holds at most ${most} objects.`);
}

/** A file may bring tasks into a calendar of events: the calendar then says that it holds both. */
async function widenComponents({ id, components }: CollectionRow, objects: readonly ObjectAnalysis[], cx: Exchange) {
  const missing = new Set(
    objects.map(({ component }) => component as string).filter((name) => !components.includes(name)),
  );
  if (missing.size === 0 || components.length === 0) return;
  await cx.services.db.rows(updateCollection(id, { components: [...components, ...missing] }));
}

function summary(written: Iterable<Written>, total: number, before: Revision): Stored {
  let [added, replaced, removed, revision] = [0, 0, 0, before];
  let alone = false;
  for (const each of written) {
    if (each.outcome === "unchanged") continue;
    // Each statement of the transaction raises the revision by one, and the first of them what was read.
    if (each.revision === before + 1) alone = true;
    if (each.outcome === "created") added += 1;
    if (each.outcome === "replaced") replaced += 1;
    if (each.outcome === "removed") removed += 1;
    if (each.revision > revision) revision = each.revision;
  }
  return { added, replaced, unchanged: total - added - replaced, removed, revision, alone };
}
