import type { CollectionRow, Exchange, Limits } from "@kalends/dav-core";
import type { ObjectLimits } from "@kalends/icalendar";

/** Components an object may be made of, in the order in which they are listed. */
export const OBJECT_COMPONENTS: readonly string[] = Object.freeze([
  "VEVENT",
  "VTODO",
  "VJOURNAL",
  "VFREEBUSY",
  "VAVAILABILITY",
]);

/** What a calendar takes that was created without naming components (RFC 4791 5.2.3; CAL-27). */
const DEFAULT_COMPONENTS: readonly string[] = Object.freeze(["VEVENT", "VTODO", "VJOURNAL"]);

/** Epoch milliseconds. Apple dates birthdays of an unknown year 1604; nobody plans beyond 2999. */
export const MIN_DATE_TIME = Date.UTC(1500, 0, 1);
export const MAX_DATE_TIME = Date.UTC(2999, 11, 31, 23, 59, 59);

export function componentsOf(collection: Pick<CollectionRow, "components">): readonly string[] {
  return collection.components.length === 0 ? DEFAULT_COMPONENTS : collection.components;
}

/** What objects of this collection must keep to (RFC 4791 5.2.3 to 5.2.9). */
export function objectLimits(limits: Limits, collection: Pick<CollectionRow, "components">): ObjectLimits {
  return {
    maxBytes: limits.objectSize,
    maxInstances: limits.instancesPerObject,
    maxAttendees: limits.attendeesPerObject,
    minDateTime: MIN_DATE_TIME,
    maxDateTime: MAX_DATE_TIME,
    components: componentsOf(collection),
  };
}

/** Instances one request may make in all, and one object in it. */
export function expansionLimits(cx: Exchange): { readonly perObject: number; readonly perRequest: number } {
  return { perObject: cx.services.limits.instancesPerObject, perRequest: cx.services.limits.instancesPerRequest };
}
