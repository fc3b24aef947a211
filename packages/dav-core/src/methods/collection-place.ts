import { cal } from "@kalends/dav-xml";
import type { CollectionId, PrincipalId, WriteTx } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Need, Registry } from "../extension.js";
import { expectation } from "../pipeline/preconditions.js";
import { refuseStatus } from "../refusal.js";
import type { CollectionRow, Target } from "../resource.js";
import { refuseChanged, removalNeeds, removeOwn } from "./delete.js";
import { homeFor, refusePlace } from "./new-collection.js";

/** Where a whole collection goes: a name in a home, and what has it now. */
export interface CollectionPlace {
  readonly home: CollectionId;
  readonly owner: PrincipalId;
  readonly slug: string;
  readonly href: string;
  readonly replaced: CollectionRow | null;
}

/** To make something in a home, and to remove what is there first (RFC 3744 appendix B). */
export const placeNeeds = (to: Target): readonly Need[] =>
  to.mapped && to.resource.rows === "collection" && to.resource.collection.binding
    ? removalNeeds(to)
    : [{ right: "c", on: "parent" }];

/** Refuses what cannot hold a collection, reserved names, and what cannot be replaced by one. */
export function placeFor(from: CollectionRow, to: Target, registry: Registry): CollectionPlace {
  const isCalendar = registry.kind(from.kind).types.includes(cal("calendar"));
  if (!to.mapped) {
    const { collection } = homeFor(to, isCalendar, registry);
    const href = to.href.endsWith("/") ? to.href : `${to.href}/`;
    return { home: collection.id, owner: collection.owner.id, slug: to.name, href, replaced: null };
  }
  const { resource } = to;
  if (resource.rows !== "collection" || resource.collection.binding?.how !== "own") {
    return refusePlace(isCalendar, "What is at the destination cannot be replaced by a collection.");
  }
  const { collection, href } = resource;
  const { home, slug } = resource.collection.binding;
  if (registry.reservedSlugs.has(slug.toLowerCase())) {
    return refuseStatus(403, `The name ${slug} is reserved.`);
  }
  return { home, owner: collection.owner.id, slug, href, replaced: collection };
}

/** In the transaction: the conditions on both ends hold, and what was at the destination is gone with all it holds. */
export async function clearPlace(
  ends: readonly Target[],
  { replaced }: CollectionPlace,
  tx: WriteTx,
  cx: Exchange,
): Promise<void> {
  for (const end of ends) {
    const { revision } = expectation(cx, end);
    if (revision !== undefined && end.mapped && end.resource.rows === "collection") {
      await refuseChanged(tx, end.resource.collection, revision);
    }
  }
  if (replaced) await removeOwn(tx, replaced);
}
