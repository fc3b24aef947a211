import type { Authorized } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  expectation,
  memberHref,
  type Refusal,
  refuseMoved,
  refuseStatus,
} from "@kalends/dav-core";
import { sql, type WriteTx } from "@kalends/store";
import type { WriteRules } from "../write/guards.js";
import { memberName } from "../write/member-name.js";
import { countObjects, refuseOutcome, type Written, writeMembers } from "../write/write-members.js";
import { type Change, othersOf, type Result, refusedResult } from "./change.js";
import { judge, type Present, type Verdict } from "./judge.js";
import { applyOthers } from "./others.js";

const TRIES = 4;

/**
 * Does what can be done of a bulk change in one transaction; what cannot is told and changes nothing. The number of
 * statements does not grow with the number of changes. Refuses with 412 when `If` names a state that is over.
 */
export async function carryOutChanges(
  changes: readonly Change[],
  at: Authorized<CollectionResource>,
  cx: Exchange,
  rules: WriteRules,
): Promise<readonly Result[]> {
  const resource = at.target;
  const { collection } = resource;
  const { revision } = expectation(cx, { mapped: true, resource });
  for (let tries = 0; tries < TRIES; tries += 1) {
    const verdicts = await judged(changes, resource, cx);
    const left = new Map<string, Refusal>();
    const outcome = await writeMembers(
      {
        collection,
        members: verdicts.flatMap((verdict) => ("write" in verdict ? [verdict.write] : [])),
        removals: verdicts.flatMap((verdict) => ("remove" in verdict ? [verdict.remove] : [])),
        revision,
        via: "caldav",
        rules,
        leaveOut: (name, refusal) => left.set(name, refusal),
        also: alsoFor(changes, verdicts, left, resource, cx),
      },
      at,
      cx,
    );
    if (outcome.kind === "written") return results(changes, verdicts, outcome.members, left, resource);
    if (outcome.kind === "gone") refuseOutcome(outcome, () => null);
    if (revision !== undefined) refuseMoved(cx);
  }
  return refuseStatus(503, "Others are writing the same calendar; try again.", { "Retry-After": "1" });
}

/** The properties that come along with what is written; absent when there are none, as nearly always. */
function alsoFor(
  changes: readonly Change[],
  verdicts: readonly Verdict[],
  left: ReadonlyMap<string, Refusal>,
  at: CollectionResource,
  cx: Exchange,
) {
  const along = changes.flatMap((change, n) => {
    const verdict = verdicts[n];
    const others = "others" in change ? change.others : undefined;
    return others && verdict && "write" in verdict ? [{ others, name: verdict.write.name }] : [];
  });
  if (along.length === 0) return undefined;
  return async (tx: WriteTx) => {
    for (const { others, name } of along) if (!left.has(name)) await applyOthers(others, name, at, tx, cx);
  };
}

async function judged(
  changes: readonly Change[],
  resource: CollectionResource,
  cx: Exchange,
): Promise<readonly Verdict[]> {
  const { id } = resource.collection;
  const { db, limits } = cx.services;
  const objects = changes.flatMap((change) => ("object" in change ? [change.object] : []));
  const names = [
    ...changes.flatMap((change) => ("at" in change ? [change.at.name] : [])),
    ...objects.map(({ uid }) => memberName(uid)),
  ];
  const present = await db.rows<Present>(sql`
    select name, uid, etag, class from object where collection_id = ${id} and uid = any(${objects.map(({ uid }) => uid)}::text[])
    union
    select name, uid, etag, class from object where collection_id = ${id} and name = any(${names}::text[])`);
  const most = limits.objectsPerCalendar;
  return judge(changes, present, most - (await countObjects(id, most, db)), resource, cx);
}

function results(
  changes: readonly Change[],
  verdicts: readonly Verdict[],
  written: ReadonlyMap<string, Written>,
  left: ReadonlyMap<string, Refusal>,
  { href }: CollectionResource,
): readonly Result[] {
  return changes.map((change, n): Result => {
    const verdict = verdicts[n];
    if (!verdict || "refusal" in verdict) return refusedResult(change, verdict?.refusal ?? { status: 500 });
    const { name } = "write" in verdict ? verdict.write : verdict.remove;
    const refusal = left.get(name);
    if (refusal) return refusedResult(change, refusal);
    const place = "at" in change ? change.at.href : memberHref(href, name);
    const row = written.get(name);
    if (!row?.object) return { kind: "deleted", href: place };
    return { kind: "stored", href: place, object: row.object, written: row, others: othersOf(change) };
  });
}
