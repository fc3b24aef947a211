import { createHash } from "node:crypto";
import { has } from "@kalends/acl";
import type { CollectionResource, Exchange } from "@kalends/dav-core";
import { forgetBases, noteShown, type Publisher, type Revision } from "@kalends/store";
import type { Realm } from "../realms.js";

/** One program whatever its version: an update must not make it a stranger. */
const family = (agent: string): string => agent.replace(/[\d._]+/g, "").trim();

/** Who uploads: account and credential, or the network where nobody signs in; address space; program. */
export function publisherOf(realm: Realm, { by, client = "", headers }: Exchange): Publisher {
  const who = by === null ? ["nobody", client] : [by.id, by.credential ?? ""];
  const parts = JSON.stringify([...who, realm.path, family(headers.get("user-agent") ?? "")]);
  return { key: createHash("sha256").update(parts).digest("base64url"), principal: by?.id ?? null };
}

/** Uploads here are merged, so what their senders had is remembered. */
export const isMerged = (realm: Realm, { services }: Exchange): boolean =>
  realm.merges && services.mergesUploads !== false;

/** The revision that the newest version tag of a file named in a header speaks of; null = none of this calendar. */
function revisionIn(header: string | undefined, { collection }: CollectionResource): Revision | null {
  const revisions = [...(header ?? "").matchAll(/"([^"]+)"/g)].flatMap(([, tag = ""]) => {
    const [, revision] = tag.startsWith(collection.uuid)
      ? (/^-(\d+)-/.exec(tag.slice(collection.uuid.length)) ?? [])
      : [];
    return revision === undefined ? [] : [Number(revision)];
  });
  return revisions.length === 0 ? null : (Math.max(...revisions) as Revision);
}

/** A version is named by its tag, not only by a date, a lock, or as any. */
export const namesTag = ({ headers }: Exchange): boolean =>
  (headers.get("if-match") ?? "").includes('"') || /\[\s*(?:W\/)?"/.test(headers.get("if") ?? "");

/**
 * Remembers that whoever could upload the file again is given it as it is now; gives the calendar as it may be shown to him.
 * One statement, and none for those who only read. What fails here fails nobody's reading.
 */
export async function noted(calendar: CollectionResource, realm: Realm, cx: Exchange): Promise<CollectionResource> {
  const { collection } = calendar;
  const mayReplace = has(collection.rights, "i") && has(collection.rights, "d");
  if (cx.verb !== "GET" || !mayReplace || !isMerged(realm, cx)) return calendar;
  const { db, clock, remark } = cx.services;
  const had = revisionIn(cx.headers.get("if-none-match"), calendar);
  try {
    const now = await db.one<{ revision: Revision; modifiedAt: number }>(
      noteShown(collection.id, publisherOf(realm, cx), had, clock()),
    );
    return now ? { ...calendar, collection: { ...collection, ...now } } : calendar;
  } catch (error) {
    remark?.("what was fetched could not be remembered", { calendar: collection.id, err: error });
    return calendar;
  }
}

/** Whoever deletes a file has nothing of it before him any more: what he puts then is new. */
export async function forgotten({ collection }: CollectionResource, realm: Realm, cx: Exchange): Promise<void> {
  if (isMerged(realm, cx)) await cx.services.db.rows(forgetBases(collection.id, publisherOf(realm, cx).key));
}
