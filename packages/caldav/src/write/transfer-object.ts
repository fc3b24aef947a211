import type { Authorized } from "@kalends/acl";
import {
  checkPreconditions,
  checkReplaced,
  type Exchange,
  expectation,
  type MethodDef,
  type Need,
  type Registry,
  type Reply,
  refuseBody,
  refuseStatus,
  type Target,
  refuseMoved,
  visibleObject,
  WHOLE,
} from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import {
  copyDeadProperties,
  lockCollections,
  type Revision,
  setMemberCreated,
  type WrittenMember,
} from "@kalends/store";
import { refuseFindings } from "../conditions.js";
import { CALENDAR, CALENDAR_OBJECT } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { collectionAround } from "../reports/scope.js";
import { analyse } from "./analyse.js";
import { lookAgain, type Spot, targetAt } from "./current.js";
import { type MemberPlace, noRules, type WriteRules } from "./guards.js";
import { checkRoom, checkUid, hrefIn, mostAt } from "./room.js";
import { carryOut, type MembersWrite, prepareWrite, refuseOutcome, type WriteOutcome } from "./write-members.js";

type Verb = "COPY" | "MOVE";

const TRIES = 4;
const READ: Need = { right: "r", on: "self" };

/** Both ends as they were last seen, and the revisions that a condition of the request holds them to. */
interface Ends {
  readonly from: Spot;
  readonly to: Spot;
  readonly held: { readonly from?: Revision | undefined; readonly to?: Revision | undefined };
}

/** One transfer and everything it may use. */
interface Transfer {
  readonly verb: Verb;
  readonly at: Authorized<Target>;
  readonly to: Authorized<Target>;
  readonly cx: Exchange;
  readonly registry: Registry;
  readonly rules: WriteRules;
}

const isOneCalendar = ({ from, to }: Ends): boolean => from.collection.collection.id === to.collection.collection.id;

const placeOf = ({ collection, name }: Spot): MemberPlace => ({ collection: collection.collection.id, name });

function sourceOf(target: Target): Spot {
  if (!target.mapped || target.resource.rows !== "member") return refuseStatus(404, "There is nothing here.");
  const { resource } = target;
  return { collection: collectionAround(resource), name: resource.name, href: resource.href, member: resource };
}

/** Objects stand in calendars only, and replace nothing but objects (RFC 4791 4.2). */
function destinationOf(target: Target): Spot {
  if (!target.mapped && target.parent?.rows === "collection" && target.parent.kind === CALENDAR) {
    return { collection: target.parent, name: target.name, href: target.href, member: null };
  }
  if (target.mapped && target.resource.kind === CALENDAR_OBJECT) return sourceOf(target);
  return refuseStatus(403, "A calendar object can only be put into a calendar.");
}

/**
 * What is to be written, as the asker sees it, judged by the limits of the destination; undefined when the source was changed
 * a moment ago.
 */
async function judged({ from, to }: Ends, cx: Exchange): Promise<ObjectAnalysis | undefined> {
  const { collection, name, member } = from;
  const stored = await visibleObject(collection.collection, name, cx);
  if (stored?.etag !== member?.member.etag || stored === undefined) return undefined;
  const limits = objectLimits(cx.services.limits, to.collection.collection);
  const analysis = await analyse(new TextEncoder().encode(stored.data), limits, cx);
  if (!analysis.ok) return refuseFindings(analysis.findings);
  checkUid(to, analysis.value);
  return analysis.value;
}

/** The statements of both halves: one of a COPY and inside one calendar, else one for each calendar. */
function halves(ends: Ends, object: ObjectAnalysis, { verb, rules, cx }: Transfer): readonly MembersWrite[] {
  const { from, to, held } = ends;
  const isMove = verb === "MOVE";
  const expect = to.member ? { etag: to.member.member.etag } : "absent";
  const removals = from.member && isMove ? [{ name: from.name, expect: { etag: from.member.member.etag } }] : [];
  const move = isMove ? { from: placeOf(from), to: placeOf(to) } : undefined;
  const shared = { via: "caldav", move, rules } as const;
  const arrival: MembersWrite = {
    ...shared,
    collection: to.collection.collection,
    members: [{ name: to.name, object, expect }],
    removals: isOneCalendar(ends) ? removals : [],
    revision: held.to,
    most: isMove && isOneCalendar(ends) ? undefined : mostAt(to, cx),
  };
  if (!isMove || isOneCalendar(ends)) return [arrival];
  const departure = { ...shared, members: [], removals, revision: held.from };
  return [arrival, { ...departure, collection: from.collection.collection }];
}

/** All of it in one transaction; both calendars are locked first, in the order of their ids. */
async function write(ends: Ends, object: ObjectAnalysis, transfer: Transfer): Promise<WriteOutcome> {
  const { at, to, cx, verb } = transfer;
  const [arrival, departure] = halves(ends, object, transfer);
  if (!arrival) throw new TypeError("a transfer arrives somewhere");
  const arriving = await prepareWrite(arrival, to, cx);
  const departing = departure && (await prepareWrite(departure, at, cx));
  const [source, goal] = [placeOf(ends.from), placeOf(ends.to)];
  const createdAt = verb === "MOVE" ? ends.from.member?.member.createdAt : undefined;
  return carryOut(arriving, cx, () =>
    cx.services.db.write(async (tx) => {
      await tx.rows(lockCollections(departing ? [source.collection, goal.collection] : [goal.collection]));
      if (!ends.from.member?.member.reduced) await tx.rows(copyDeadProperties(source, goal));
      const written = await tx.rows<WrittenMember>(arriving.statement);
      if (departing) await tx.rows(departing.statement);
      if (createdAt !== undefined) await tx.rows(setMemberCreated(goal.collection, goal.name, createdAt));
      return written;
    }),
  );
}

/** Somebody wrote at one of the ends: everything the request says is judged anew against what is there now. */
async function lookAtBoth({ from, to, held }: Ends, { cx, registry }: Transfer): Promise<Ends> {
  if (held.from !== undefined || held.to !== undefined) refuseMoved(cx);
  const now = { from: await lookAgain(from, cx, registry), to: await lookAgain(to, cx, registry), held };
  if (now.from.member === null) refuseStatus(404, "There is nothing here any more.");
  await checkPreconditions(cx, targetAt(now.from), registry);
  checkReplaced(targetAt(now.to), cx);
  return now;
}

async function transferObject(transfer: Transfer): Promise<Reply> {
  const { at, to, cx } = transfer;
  await refuseBody(cx);
  const held = { from: expectation(cx, at.target).revision, to: expectation(cx, to.target).revision };
  let ends: Ends = { from: sourceOf(at.target), to: destinationOf(to.target), held };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const object = await judged(ends, cx);
    if (object) {
      const outcome = await write(ends, object, transfer);
      if (outcome.kind === "written") {
        const isNew = outcome.members.get(ends.to.name)?.outcome === "created";
        return { kind: "empty", status: isNew ? 201 : 204, headers: isNew ? { Location: ends.to.href } : {} };
      }
      if (outcome.kind === "gone" || (outcome.kind === "uid-taken" && outcome.holder !== null))
        refuseOutcome(outcome, hrefIn(ends.to));
      if (outcome.kind === "full") {
        await checkRoom(ends.to, cx);
        continue;
      }
    }
    ends = await lookAtBoth(ends, transfer);
  }
  return refuseStatus(503, "Others are writing the same objects; try again.", { "Retry-After": "1" });
}

/** A new name takes Insert. Over an object COPY writes its content, MOVE puts another in its place (RFC 3744 appendix B). */
function atDestination(verb: Verb, to: Target): readonly Need[] {
  if (!to.mapped) return [{ right: "i", on: "parent" }];
  const on = verb === "COPY" ? "self" : "parent";
  return [
    { right: "i", on },
    { right: "d", on },
  ];
}

const method = (verb: Verb, spec: string, needs: readonly Need[], rules: WriteRules): MethodDef => ({
  verb,
  on: [CALENDAR_OBJECT],
  spec,
  needs: () => needs,
  writes: () => (verb === "MOVE" ? WHOLE : []),
  destination: { needs: (to) => atDestination(verb, to) },
  handle: (at, cx, registry, to) => {
    if (!to) throw new TypeError(`${verb} without a destination`);
    return transferObject({ verb, at, to, cx, registry, rules });
  },
});

/**
 * COPY and MOVE of a calendar object into a calendar, its own or another. COPY needs Read at the source, MOVE Read and
 * Delete; both need Insert at the destination, and Delete to replace something there (RFC 3744 appendix B).
 */
export const transferMethods = (rules: WriteRules = noRules): readonly MethodDef[] => [
  method("COPY", "RFC 4918 9.8", [READ], rules),
  method("MOVE", "RFC 4918 9.9", [READ, { right: "d", on: "parent" }], rules),
];
