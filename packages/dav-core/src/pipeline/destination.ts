import { AccessDenied, type Authorized, authorize } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import type { DestinationDef, Registry } from "../extension.js";
import { parseDestination, parseOverwrite } from "../headers/destination.js";
import { checkLocks, WHOLE } from "../locks/check-locks.js";
import { isWithin, placeOfTarget } from "../locks/covering.js";
import { type Address, parsePath } from "../paths/address.js";
import { Refused, refuseStatus } from "../refusal.js";
import { resolve } from "../resolve/resolve.js";
import type { Resolved } from "../resolve/resolved.js";
import type { Resource, Target } from "../resource.js";
import { refusalFrom } from "./faults.js";
import { NO_PARENT, unseen } from "./unseen.js";

const collectionId = (resource: Resource | null): number | null =>
  resource && "collection" in resource ? resource.collection.id : null;

/** A collection is one wherever it is bound, so paths do not decide this. */
function isSame(from: Resource, to: Target): boolean {
  if (from.rows === "file") return pathOf(from, to) === from.path;
  if (!to.mapped || collectionId(from) === null) return false;
  const { resource } = to;
  if (collectionId(resource) !== collectionId(from)) return false;
  return from.rows === "member"
    ? resource.rows === "member" && resource.name === from.name
    : resource.rows === from.rows;
}

/** The path that the destination has, or would have, in the area of the source; null elsewhere. */
function pathOf(from: Resource, to: Target): string | null {
  const place = placeOfTarget(to);
  return place && place.collection.id === collectionId(from) ? place.name : null;
}

/** Inside the source, or around it: what is replaced there would hold the source. */
function isEntangled(from: Resource, to: Target): boolean {
  const path = from.rows === "file" ? pathOf(from, to) : null;
  return from.rows === "file" && path !== null && (isWithin(path, from.path) || isWithin(from.path, path));
}

const isInside = (from: Resource, to: Target): boolean =>
  from.rows === "collection" && collectionId(to.mapped ? to.resource : to.parent) === from.collection.id;

/** The place itself, whoever asks: 403 for the source and what is inside it, 409 without a parent (RFC 4918 9.8.5, 9.9.4). */
function checkPlace(from: Target, to: Target, at: Address["at"]): void {
  if (from.mapped && isSame(from.resource, to)) refuseStatus(403, "Source and destination are the same.");
  if (from.mapped && isInside(from.resource, to)) refuseStatus(403, "The destination is inside the source.");
  if (from.mapped && isEntangled(from.resource, to)) refuseStatus(403, "Source and destination hold each other.");
  const isFile = from.mapped && from.resource.rows === "file";
  if (at !== (isFile ? "area" : "mailbox")) refuseStatus(403, "Nothing of this sort can be put there.");
  if (!to.mapped && to.parent === null) throw new Refused(NO_PARENT);
}

function permit(def: DestinationDef, from: Target, to: Resolved, cx: Exchange): Authorized<Target> {
  const { target, held } = to;
  const href = target.mapped ? target.resource.href : target.href;
  const place = { href, mapped: target.mapped, verb: cx.verb, destination: true };
  try {
    return authorize(target, cx.by?.id ?? null, held, def.needs(target, from));
  } catch (error) {
    const told = error instanceof AccessDenied && error.hidden ? unseen(to, cx.verb) : error;
    const refusal = refusalFrom(told, place);
    throw refusal ? new Refused(refusal) : told;
  }
}

/**
 * Where COPY and MOVE go, with the proof of the rights there. Takes one statement. Refuses with 400 and 502 what the
 * header should not say (RFC 4918 10.3), with 403 the source itself and what is inside it, with 409 a missing parent,
 * and with 403 and `DAV:need-privileges` of the destination where rights are missing (RFC 3744 appendix B).
 */
export async function reachDestination(
  def: DestinationDef,
  from: Target,
  cx: Exchange,
  registry: Registry,
): Promise<Authorized<Target>> {
  const path = parseDestination(cx.headers.get("destination"), cx);
  parseOverwrite(cx.headers.get("overwrite"));
  const address = parsePath(path, registry.mailboxRoots, registry.areaRoots);
  const isObject = from.mapped && from.resource.rows === "member";
  const to = await resolve(address, cx, registry, { shortForm: isObject });
  checkPlace(from, to.target, address.at);
  return permit(def, from, to, cx);
}

/** `Overwrite: F` where something is (RFC 4918 10.6), and locks on what would be replaced (RFC 4918 7). */
export function checkReplaced(to: Target, cx: Exchange): void {
  if (to.mapped && !parseOverwrite(cx.headers.get("overwrite"))) {
    refuseStatus(412, "Something is at the destination already.");
  }
  checkLocks(to, WHOLE, cx);
}
