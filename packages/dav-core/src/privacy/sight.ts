import { has, maskOf, rightsMask } from "@kalends/acl";
import type { Entitlement, Exchange, Reduce } from "../exchange.js";
import type { CollectionRow, MemberRow } from "../resource.js";

const owner: Entitlement = (collection, by) => by !== null && by.id === collection.owner.id;

const administrators: Entitlement = (collection, by) =>
  owner(collection, by) || (by !== null && has(collection.rights, "a"));

/** Who may change what is there. */
const writers: Entitlement = (collection, by) =>
  administrators(collection, by) || (by !== null && has(collection.rights, "i") && has(collection.rights, "d"));

/** Whom a mailbox may trust with what is private: the owner alone, besides him those who administer it, or all who write. */
export const entitlements = Object.freeze({ owner, administrators, writers });

/** For work in the name of the server itself, such as exports by its administrator. */
export const everybody: Entitlement = () => true;

/** How this request sees what is not public in a collection; null = as it is. The one place that decides. */
export function sightOf(collection: CollectionRow, { services, by }: Pick<Exchange, "services" | "by">): Reduce | null {
  const reduce = services.catalogue.reduce?.(collection.kind);
  if (!reduce || (services.entitled ?? administrators)(collection, by)) return null;
  return reduce;
}

const READING = maskOf("l", "r", "s", "9");

/** A collection as it is around a member: one that is seen in part can be read, and neither changed nor removed. */
export const aroundMember = (collection: CollectionRow, { reduced }: MemberRow): CollectionRow =>
  reduced ? { ...collection, rights: rightsMask(collection.rights & READING) } : collection;
