import { AccessDenied, has } from "@kalends/acl";
import { type Refusal, Refused } from "../refusal.js";
import type { Resolved } from "../resolve/resolved.js";
import { refusalFrom } from "./faults.js";

export const NO_PARENT: Refusal = { status: 409, note: "The collection that should hold it does not exist." };
export const WRONG_SORT: Refusal = { status: 403, note: "Nothing of this sort can be made here." };

/** What makes a collection at a free name in a home; all else means something inside one. */
const makesCollections = (verb: string): boolean => verb.startsWith("MK") || verb === "COPY" || verb === "MOVE";

/**
 * What somebody hears who wants to make something at a place he cannot see: as if nothing were there, so no parent; or, in
 * a home that can be seen, no right to make anything.
 */
export function unseen({ target, held }: Resolved, verb: string): Refused {
  const isInVisibleHome = target.mapped && target.resource.rows === "collection" && has(held.parent, "l");
  if (!isInVisibleHome) return new Refused(NO_PARENT);
  if (!makesCollections(verb)) return new Refused(WRONG_SORT);
  const denied = new AccessDenied([{ right: "c", on: "parent" }], false);
  return new Refused(
    refusalFrom(denied, { verb, href: target.resource.href, mapped: false, destination: true }) ?? WRONG_SORT,
  );
}
