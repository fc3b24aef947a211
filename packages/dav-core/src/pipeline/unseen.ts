import { AccessDenied, has } from "@kalends/acl";
import { type Refusal, Refused } from "../refusal.js";
import type { Resolved } from "../resolve/resolved.js";

export const NO_PARENT: Refusal = { status: 409, note: "The collection that should hold it does not exist." };

/**
 * What somebody hears who wants to make something at a place he cannot see: as if nothing were there, so no parent; or, in
 * a home that can be seen, no right to make anything.
 */
export function unseen({ target, held }: Resolved): Error {
  const isInVisibleHome = target.mapped && target.resource.rows === "collection" && has(held.parent, "l");
  return isInVisibleHome ? new AccessDenied([{ right: "c", on: "parent" }], false) : new Refused(NO_PARENT);
}
