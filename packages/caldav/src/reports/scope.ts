import { has } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  listHome,
  type MemberResource,
  parentHref,
  type Resource,
} from "@kalends/dav-core";
import { CALENDAR, SCHEDULE_INBOX } from "../kinds.js";

const holdsObjects = (kind: string): boolean => kind === CALENDAR || kind === SCHEDULE_INBOX;

/** The calendars a report on a home reaches: those whose content this person may read (CAL-61, CAL-79). */
export async function calendarsBelow(home: CollectionResource, cx: Exchange): Promise<readonly CollectionResource[]> {
  const children = await listHome(home, cx);
  return children.filter(({ kind, collection }) => kind === CALENDAR && has(collection.rights, "r"));
}

/** The collection a member stands in, as a resource of its own. */
export const collectionAround = ({ collection, href }: MemberResource): CollectionResource => ({
  rows: "collection",
  kind: collection.kind,
  href: parentHref(href),
  collection,
});

/**
 * Where a calendar-query looks: the collections whose members it reaches, or one object (RFC 4791 7.8; CAL-60, CAL-61).
 * Depth 0 on a collection reaches no member.
 */
export async function reach(
  at: Resource,
  depth: 0 | 1 | "infinity",
  cx: Exchange,
): Promise<{ readonly collections: readonly CollectionResource[]; readonly only?: string }> {
  if (at.rows === "member") return { collections: [collectionAround(at)], only: at.name };
  if (at.rows !== "collection" || depth === 0) return { collections: [] };
  if (holdsObjects(at.kind)) return { collections: [at] };
  return { collections: at.kind === "home" && depth === "infinity" ? await calendarsBelow(at, cx) : [] };
}
