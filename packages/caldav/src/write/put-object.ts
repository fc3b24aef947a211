import type { Authorized } from "@kalends/acl";
import {
  type CollectionResource,
  checkPreconditions,
  type Exchange,
  expectation,
  type MethodDef,
  parsePreferences,
  preferenceHeaders,
  type Registry,
  type Reply,
  refusePart,
  refuseStatus,
  type Target,
  refuseMoved,
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import type { ObjectAnalysis } from "@kalends/icalendar";
import type { Revision } from "@kalends/store";
import { refuseFindings } from "../conditions.js";
import { CALENDAR, CALENDAR_OBJECT } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { collectionAround } from "../reports/scope.js";
import { analyse, readBody } from "./analyse.js";
import { lookAgain, type Spot, targetAt } from "./current.js";
import { confirmedWithout, noRules, type WriteRules } from "./guards.js";
import { checkMediaType } from "./media-type.js";
import { checkRoom, checkUid, hrefIn, mostAt } from "./room.js";
import { refuseOutcome, type Written, writeMembers } from "./write-members.js";

/** How often a PUT is judged anew when others write the same object at the same time. */
const TRIES = 4;

function spotOf(target: Target): Spot {
  if (!target.mapped) {
    if (target.parent?.rows !== "collection")
      return refuseStatus(409, "The collection that should hold it does not exist.");
    return { collection: target.parent, name: target.name, href: target.href, member: null };
  }
  const { resource } = target;
  if (resource.rows !== "member") return refuseStatus(405, "A calendar is not written as a whole here.");
  return { collection: collectionAround(resource), name: resource.name, href: resource.href, member: resource };
}

/** What PUT and POST answer for an object that is stored (RFC 4791 5.3.4; CAL-35); `place` are headers that say where. */
function reply(written: Written, object: ObjectAnalysis, { href }: Spot, place: Place, cx: Exchange): Reply {
  const isNew = written.outcome === "created";
  const validators = { ETag: `"${written.etag}"`, "Last-Modified": formatHttpDate(written.modifiedAt) };
  if (parsePreferences(cx.headers).representation) {
    const preference = preferenceHeaders({ representation: true });
    const headers = { ...place, ...validators, "Content-Location": href, ...preference };
    const type = `text/calendar; charset=utf-8; component=${object.component.toLowerCase()}`;
    return { kind: "body", status: isNew ? 201 : 200, headers, body: object.stored, type };
  }
  // Without the stored octets in the answer, a tag may only be told for octets the client has.
  return { kind: "empty", status: isNew ? 201 : 204, headers: { ...place, ...(written.changed ? {} : validators) } };
}

type Place = Readonly<Record<string, string>>;

/** One object of a request body, as it would be stored in this collection; refuses with the preconditions of PUT. */
export async function analysed(body: Uint8Array, { collection }: CollectionResource, cx: Exchange) {
  const analysis = await analyse(body, objectLimits(cx.services.limits, collection), cx);
  return analysis.ok ? analysis.value : refuseFindings(analysis.findings);
}

/** How one object is stored: where others came in between, and which headers tell the client the place. */
export interface Storing {
  readonly revision: Revision | undefined;
  readonly rules: WriteRules;
  /** The next spot to try after somebody else was faster; refuses when there is none. */
  readonly again: (spot: Spot) => Promise<Spot>;
  readonly place?: (spot: Spot) => Place;
}

/** Writes one object, judged anew when others write at the same time (RFC 4791 5.3.2). */
export async function storeObject(
  first: Spot,
  object: ObjectAnalysis,
  { revision, rules, again, place = () => ({}) }: Storing,
  at: Authorized<unknown>,
  cx: Exchange,
): Promise<Reply> {
  let spot = first;
  for (let tries = 0; tries < TRIES; tries += 1) {
    checkUid(spot, object);
    const { name, member } = spot;
    const { collection } = spot.collection;
    const expect = member ? { etag: member.member.etag } : "absent";
    const members = [{ name, object, expect }] as const;
    const write = {
      collection,
      members,
      removals: [],
      revision,
      most: mostAt(spot, cx),
      via: "caldav",
      rules,
    } as const;
    const outcome = await writeMembers(write, at, cx);
    const written = outcome.kind === "written" ? outcome.members.get(name) : undefined;
    if (written) return reply(written, object, spot, place(spot), cx);
    if (outcome.kind === "gone" || (outcome.kind === "uid-taken" && outcome.holder !== null))
      refuseOutcome(outcome, hrefIn(spot));
    if (outcome.kind === "full") await checkRoom(spot, cx);
    else spot = await again(spot);
  }
  return refuseStatus(503, "Others are writing the same object; try again.", { "Retry-After": "1" });
}

async function put(at: Authorized<Target>, cx: Exchange, registry: Registry, rules: WriteRules): Promise<Reply> {
  const spot = spotOf(at.target);
  refusePart(cx);
  const body = await readBody(cx, cx.services.limits.objectSize);
  checkMediaType(cx, body);
  const object = await analysed(body, spot.collection, cx);
  const { revision } = expectation(cx, at.target);
  const again = async (last: Spot) => {
    if (revision !== undefined) refuseMoved(cx);
    const now = await lookAgain(last, cx, registry);
    await checkPreconditions(cx, targetAt(now), registry);
    return now;
  };
  return storeObject(spot, object, { revision, rules, again }, at, cx);
}

/** PUT of a calendar object: in a calendar it needs Insert, over an existing object Insert and Delete (RFC 4791 5.3.2). */
export const putObject = (rules: WriteRules = noRules): readonly MethodDef[] => [
  {
    verb: "PUT",
    on: "unmapped",
    inside: [CALENDAR],
    spec: "RFC 4791 5.3.2",
    needs: () => [{ right: "i", on: "parent" }],
    writes: () => ["self", "parent"],
    ...confirmedWithout(rules),
    handle: (at, cx, registry) => put(at, cx, registry, rules),
  },
  {
    verb: "PUT",
    on: [CALENDAR_OBJECT],
    spec: "RFC 4791 5.3.2",
    needs: () => [
      { right: "i", on: "self" },
      { right: "d", on: "self" },
    ],
    writes: () => ["self"],
    ...confirmedWithout(rules),
    handle: (at, cx, registry) => put(at, cx, registry, rules),
  },
];
