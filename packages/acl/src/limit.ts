import { type CollectionId, join, type PrincipalId, raw, type Sql, sql } from "@kalends/store";
import { maskOf, NO_RIGHTS, type RightsMask, rightsMask } from "./rights.js";

/** What a credential lets its holder do with the rights he has: never more than those, often less. */
export interface AccessLimit {
  /** Rights beyond these do not count. */
  readonly rights: RightsMask;
  /** Only these collections are there at all; null = all. */
  readonly collections: readonly CollectionId[] | null;
  /** The holder's home: with `collections` it can be opened, and nothing in it made or removed. */
  readonly home: CollectionId | null;
  /** May send when its holder is busy, as a file. */
  readonly freeBusyUpload: boolean;
}

/** Who asks, as statements about rights need it. */
export interface RightsAsker {
  readonly id: PrincipalId;
  /** null = everything the account may do. */
  readonly limit: AccessLimit | null;
}

/** Rights that change nothing. */
export const READING: RightsMask = maskOf("l", "r", "9");

const OPEN: RightsMask = maskOf("l", "r");

/** What remains of rights on something that is no collection: principals and what the server itself shows. */
export const limitedOn = (rights: RightsMask, limit: AccessLimit | null): RightsMask => {
  if (limit === null) return rights;
  return rightsMask(rights & limit.rights & (limit.collections === null ? ~0 : OPEN));
};

/** True where free/busy files may be sent with this credential; one limited in another way may not. */
export const mayUploadFreeBusy = (limit: AccessLimit | null): boolean => limit === null || limit.freeBusyUpload;

const cut = (rights: Sql, mask: RightsMask): Sql =>
  mask === NO_RIGHTS ? raw("0") : join([sql`(`, rights, sql` & ${raw(String(mask | 0))})`], "");

/** An expression of rights on a collection, cut down to what the credential allows. */
export function limited(rights: Sql, collectionId: Sql, limit: AccessLimit | null): Sql {
  if (limit === null) return rights;
  const { collections, home } = limit;
  if (collections === null) return cut(rights, limit.rights);
  return sql`case when ${collectionId} = any(${collections}::bigint[]) then ${cut(rights, limit.rights)}
    when ${collectionId} = ${home}::bigint then ${cut(rights, rightsMask(limit.rights & OPEN))} else 0 end`;
}
