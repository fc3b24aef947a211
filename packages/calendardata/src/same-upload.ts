import { createHash } from "node:crypto";
import { type CollectionResource, type Exchange, sightOf } from "@kalends/dav-core";
import { rememberUpload, sameUpload } from "@kalends/store";
import type { Stored } from "./store-file.js";

/** A whole file as it was sent. */
export interface Upload {
  readonly source: Uint8Array;
  readonly hash: string;
}

/** What is digested before others get their turn. */
const STRETCH = 4 * 1024 * 1024;

/** Names an upload by its content. */
export async function nameUpload(source: Uint8Array, { signal }: Pick<Exchange, "signal">): Promise<Upload> {
  const digest = createHash("sha256");
  for (let from = 0; from < source.byteLength; from += STRETCH) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    digest.update(source.subarray(from, from + STRETCH));
  }
  return { source, hash: digest.digest("base64url") };
}

/**
 * What an upload does that is the last one once more, after which nobody has changed the calendar: nothing, and it need
 * not be read. Null for any other; also for who sees the calendar in part, to whom it would tell what others sent.
 */
export async function storedAlready(
  { collection }: CollectionResource,
  { hash }: Upload,
  removes: readonly string[],
  cx: Exchange,
): Promise<Stored | null> {
  if (sightOf(collection, cx) !== null) return null;
  const { id, revision } = collection;
  const row = await cx.services.db.one<{ objects: number }>(sameUpload({ collection: id, hash, removes, revision }));
  return row ? { added: 0, replaced: 0, unchanged: row.objects, removed: 0, revision, alone: true } : null;
}

/** Remembers an upload after which everything in it is stored; not where somebody else wrote while it was compared. */
export async function rememberStored(
  { collection }: CollectionResource,
  { hash }: Upload,
  removes: readonly string[],
  { alone, revision, ...counts }: Stored,
  cx: Exchange,
): Promise<void> {
  if (!alone || sightOf(collection, cx) !== null) return;
  const objects = counts.added + counts.replaced + counts.unchanged;
  await cx.services.db.rows(rememberUpload({ collection: collection.id, hash, removes, revision, objects }));
}
