import { has } from "@kalends/acl";
import { type Exchange, memberHref, QuotaNotExceeded, refuse } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { lockCollections, recountMembers } from "@kalends/store";
import { NoUidConflict } from "../conditions.js";
import type { Spot } from "./current.js";

/** The hrefs of other objects are for those who may read the calendar (CAL-32). */
export const hrefIn =
  ({ collection }: Spot) =>
  (name: string): string | null =>
    has(collection.collection.rights, "r") ? memberHref(collection.href, name) : null;

/** What is there may only be replaced by an object of the same UID (RFC 4791 5.3.2.1); a write that presumes asks for that itself. */
export function checkUid(spot: Spot, object: ObjectAnalysis): void {
  const { member, name, collection } = spot;
  if (member === null || collection.collection.presumption || member.member.uid === object.uid) return;
  refuse(NoUidConflict, { href: hrefIn(spot)(name) }, "An object keeps its UID; another UID needs another name.");
}

/** How many objects there may be once one is written here; any number where it only takes the place of another. */
export const mostAt = ({ member }: Spot, cx: Exchange): number | undefined =>
  member ? undefined : cx.services.limits.objectsPerCalendar;

/** After the calendar's row said that there is no room: refuses if a count says so too, else the row is right now (RFC 4331 6). */
export async function checkRoom({ collection }: Spot, cx: Exchange): Promise<void> {
  const { id } = collection.collection;
  const most = cx.services.limits.objectsPerCalendar;
  const counted = await cx.services.db.write(async (tx) => {
    await tx.rows(lockCollections([id]));
    return tx.one<{ members: number }>(recountMembers(id));
  });
  if ((counted?.members ?? 0) < most) return;
  refuse(QuotaNotExceeded, undefined, `A calendar holds at most ${most} objects.`);
}
