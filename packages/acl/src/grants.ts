import {
  type CollectionId,
  copyGrants as copyStored,
  type GrantRow,
  replaceGrants as replaceStored,
  type Sql,
  setGrant as setStored,
} from "@kalends/store";
import type { Grant } from "./decide.js";
import { rightsMask } from "./rights.js";
import { formatSubject, parseSubject, type Subject } from "./subject.js";

/** Takes a stored row; undefined for a subject of a kind this version does not know. */
export function grantOf(row: Omit<GrantRow, "collection">): Grant | undefined {
  const subject = parseSubject(row.subject);
  return subject && { subject, positive: row.positive, rights: rightsMask(row.rights) };
}

const stored = ({ subject, positive, rights }: Grant) => ({ subject: formatSubject(subject), positive, rights });

/** Sets one entry to exactly these rights; none removes it. The homes that bind the collection are told (ACL-85). */
export const setGrant = (collection: CollectionId, grant: Grant): Sql => setStored({ collection, ...stored(grant) });

/**
 * Replaces the whole list of a collection in one statement (RFC 3744 8.1); entries without rights are left out. `kept`
 * are stored rows that are to stay as they are.
 */
export const replaceGrants = (
  collection: CollectionId,
  grants: readonly Grant[],
  kept: readonly Omit<GrantRow, "collection">[] = [],
): Sql => replaceStored(collection, [...grants.map(stored), ...kept]);

/** Gives a new mailbox a copy of its parent's entries, save those of `except`; present entries stay. */
export const copyGrants = (from: CollectionId, to: CollectionId, except: readonly Subject[] = []): Sql =>
  copyStored(from, to, except.map(formatSubject));
