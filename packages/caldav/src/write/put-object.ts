import type { Authorized } from "@kalends/acl";
import {
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
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { refuseFindings } from "../conditions.js";
import { CALENDAR, CALENDAR_OBJECT } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { collectionAround } from "../reports/scope.js";
import { analyse, readBody } from "./analyse.js";
import { lookAgain, refuseMoved, type Spot, targetAt } from "./current.js";
import { noRules, type WriteRules } from "./guards.js";
import { checkMediaType } from "./media-type.js";
import { checkRoom, checkUid, hrefIn } from "./room.js";
import { refuseOutcome, type Written, writeMembers } from "./write-members.js";

/** How often a PUT is judged anew when others write the same object at the same time. */
const TRIES = 4;

function spotOf(target: Target): Spot {
  if (!target.mapped) {
    if (target.parent === null) return refuseStatus(409, "The collection that should hold it does not exist.");
    return { collection: target.parent, name: target.name, href: target.href, member: null };
  }
  const { resource } = target;
  if (resource.rows !== "member") return refuseStatus(405, "A calendar is not written as a whole here.");
  return { collection: collectionAround(resource), name: resource.name, href: resource.href, member: resource };
}

function reply(written: Written, object: ObjectAnalysis, { href }: Spot, cx: Exchange): Reply {
  const isNew = written.outcome === "created";
  const validators = { ETag: `"${written.etag}"`, "Last-Modified": formatHttpDate(written.modifiedAt) };
  if (parsePreferences(cx.headers).representation) {
    const headers = { ...validators, "Content-Location": href, ...preferenceHeaders({ representation: true }) };
    const type = `text/calendar; charset=utf-8; component=${object.component.toLowerCase()}`;
    return { kind: "body", status: isNew ? 201 : 200, headers, body: object.stored, type };
  }
  // Without the stored octets in the answer, a tag may only be told for octets the client has (RFC 4791 5.3.4; CAL-35).
  return { kind: "empty", status: isNew ? 201 : 204, headers: written.changed ? {} : validators };
}

async function put(at: Authorized<Target>, cx: Exchange, registry: Registry, rules: WriteRules): Promise<Reply> {
  let spot = spotOf(at.target);
  refusePart(cx);
  const body = await readBody(cx, cx.services.limits.objectSize);
  checkMediaType(cx, body);
  const analysis = await analyse(body, objectLimits(cx.services.limits, spot.collection.collection), cx);
  if (!analysis.ok) return refuseFindings(analysis.findings);
  const object = analysis.value;
  const { revision } = expectation(cx, at.target);
  for (let tries = 0; tries < TRIES; tries += 1) {
    checkUid(spot, object);
    await checkRoom(spot, cx);
    const { name, member } = spot;
    const { collection } = spot.collection;
    const expect = member ? { etag: member.member.etag } : "absent";
    const outcome = await writeMembers(
      { collection, members: [{ name, object, expect }], removals: [], revision, via: "caldav", rules },
      at,
      cx,
    );
    const written = outcome.kind === "written" ? outcome.members.get(name) : undefined;
    if (written) return reply(written, object, spot, cx);
    if (outcome.kind === "gone" || (outcome.kind === "uid-taken" && outcome.holder !== null))
      refuseOutcome(outcome, hrefIn(spot));
    if (revision !== undefined) refuseMoved();
    spot = await lookAgain(spot, cx, registry);
    await checkPreconditions(cx, targetAt(spot), registry);
  }
  return refuseStatus(503, "Others are writing the same object; try again.", { "Retry-After": "1" });
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
    handle: (at, cx, registry) => put(at, cx, registry, rules),
  },
];
