import type { Authorized } from "@kalends/acl";
import {
  checkPreconditions,
  type Exchange,
  expectation,
  type MethodDef,
  type Registry,
  type Reply,
  refuseStatus,
  type Target,
  refuseMoved,
  WHOLE,
} from "@kalends/dav-core";
import { CALENDAR_OBJECT, SCHEDULE_ITEM } from "../kinds.js";
import { collectionAround } from "../reports/scope.js";
import { lookAgain, type Spot, targetAt } from "./current.js";
import { confirmedWithout, noRules, type WriteRules } from "./guards.js";
import { writeMembers } from "./write-members.js";

const TRIES = 4;

async function remove(at: Authorized<Target>, cx: Exchange, registry: Registry, rules: WriteRules): Promise<Reply> {
  const { target } = at;
  if (!target.mapped || target.resource.rows !== "member") return refuseStatus(404, "There is nothing here.");
  const { resource } = target;
  const { name, href } = resource;
  let spot: Spot = { collection: collectionAround(resource), name, href, member: resource };
  const { revision } = expectation(cx, target);
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (spot.member === null) return refuseStatus(404, "There is nothing here.");
    const { etag } = spot.member.member;
    const removals = [{ name, expect: etag === "" ? "none" : { etag } }] as const;
    const { collection } = spot.collection;
    const outcome = await writeMembers({ collection, members: [], removals, revision, via: "caldav", rules }, at, cx);
    if (outcome.kind === "written") return { kind: "empty", status: 204 };
    if (revision !== undefined) refuseMoved(cx);
    spot = await lookAgain(spot, cx, registry);
    await checkPreconditions(cx, targetAt(spot), registry);
  }
  return refuseStatus(503, "Others are writing the same object; try again.", { "Retry-After": "1" });
}

/** DELETE of a calendar object or an item of the inbox; needs Delete on the collection (RFC 4918 9.6). */
export const deleteObject = (rules: WriteRules = noRules): MethodDef => ({
  verb: "DELETE",
  on: [CALENDAR_OBJECT, SCHEDULE_ITEM],
  spec: "RFC 4918 9.6",
  needs: () => [{ right: "d", on: "parent" }],
  writes: () => WHOLE,
  ...confirmedWithout(rules),
  handle: (at, cx, registry) => remove(at, cx, registry, rules),
});
