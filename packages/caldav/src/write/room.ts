import { has } from "@kalends/acl";
import { type Exchange, memberHref, QuotaNotExceeded, refuse } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { NoUidConflict } from "../conditions.js";
import type { Spot } from "./current.js";
import { countObjects } from "./write-members.js";

/** The hrefs of other objects are for those who may read the calendar (CAL-32). */
export const hrefIn =
  ({ collection }: Spot) =>
  (name: string): string | null =>
    has(collection.collection.rights, "r") ? memberHref(collection.href, name) : null;

/** What is there may only be replaced by an object of the same UID (RFC 4791 5.3.2.1). */
export function checkUid(spot: Spot, object: ObjectAnalysis): void {
  const { member, name } = spot;
  if (member === null || member.member.uid === object.uid) return;
  refuse(NoUidConflict, { href: hrefIn(spot)(name) }, "An object keeps its UID; another UID needs another name.");
}

/** Room for one more where a name is free (RFC 4331 6). */
export async function checkRoom({ member, collection }: Spot, cx: Exchange): Promise<void> {
  const most = cx.services.limits.objectsPerCalendar;
  if (member || (await countObjects(collection.collection.id, most, cx.services.db)) < most) return;
  refuse(QuotaNotExceeded, undefined, `A calendar holds at most ${most} objects.`);
}
