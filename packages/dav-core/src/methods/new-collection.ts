import { cal } from "@kalends/dav-xml";
import { type CollectionId, copyGrants, countOwnCollections, UniqueViolation, type WriteTx } from "@kalends/store";
import { QuotaNotExceeded, ResourceMustBeNull } from "../conditions.js";
import type { Registry } from "../extension.js";
import { type ConditionDef, refuse, refuseStatus } from "../refusal.js";
import type { Resource, Target } from "../resource.js";

type CollectionResource = Extract<Resource, { rows: "collection" }>;
export type FreePlace = Extract<Target, { mapped: false }>;

const LONGEST_SLUG = 255;

const LocationOk: ConditionDef<void> = {
  name: cal("calendar-collection-location-ok"),
  status: 403,
  spec: "RFC 4791 5.3.1.1",
};

/** Collections stand in homes only, under a name that is nobody else's; for calendars the refusal has a condition. */
export function homeFor({ parent, name }: FreePlace, isCalendar: boolean, registry: Registry): CollectionResource {
  if (parent === null) return refuseStatus(409, "The collection that should hold it does not exist.");
  if (parent.rows !== "collection" || parent.kind !== "home")
    return refusePlace(isCalendar, "A collection cannot be made inside this one.");
  if (name === "" || name.startsWith("~") || Buffer.byteLength(name) > LONGEST_SLUG) {
    return refuseStatus(403, "A collection cannot have this name.");
  }
  if (registry.reservedSlugs.has(name.toLowerCase())) return refuseStatus(403, `The name ${name} is reserved.`);
  return parent;
}

/** A collection must not be there (RFC 4791 5.3.1.1, 5.3.2.1). */
export const refusePlace = (isCalendar: boolean, note: string): never =>
  isCalendar ? refuse(LocationOk, undefined, note) : refuseStatus(403, note);

/** A new collection starts with the grants of the home; beyond the limit everything is taken back. */
export async function settleCollection(
  tx: WriteTx,
  made: { readonly id: CollectionId },
  home: CollectionId,
  limit: number,
): Promise<void> {
  await tx.rows(copyGrants(home, made.id));
  const held = await tx.one<{ n: number }>(countOwnCollections(home));
  if ((held?.n ?? 0) > limit) refuse(QuotaNotExceeded, undefined, `A home holds at most ${limit} collections.`);
}

/** Somebody was faster, or a name that differs only in case is there; other errors pass. */
export function refuseTaken(error: unknown): never {
  if (error instanceof UniqueViolation && error.constraint === "binding_folded_key") {
    refuseStatus(409, "A name that differs only in upper and lower case is taken.");
  }
  if (error instanceof UniqueViolation && error.constraint === "binding_pkey") {
    refuse(ResourceMustBeNull, undefined, "Something is here already.");
  }
  throw error;
}
