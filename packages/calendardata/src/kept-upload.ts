import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { CollectionResource, Exchange } from "@kalends/dav-core";
import { keepUpload, type PublicationRow, publicationOf, type Revision, uploadOf } from "@kalends/store";
import type { Upload } from "./same-upload.js";

/** Longer uploads are not kept as they were sent; they are written anew from their objects. */
const LARGEST_UPLOAD = 16 * 1024 * 1024;
/** Shorter ones are kept as they are, others packed. No calendar begins like a packed one. */
const WORTH_PACKING = 64 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Keeps the last upload of a published calendar, to be given back as it was sent while the calendar stands at `revision`.
 * False where it is too long, or the calendar is not published.
 */
export async function keep(
  { collection: { id } }: CollectionResource,
  { source, hash }: Upload,
  revision: Revision,
  cx: Exchange,
): Promise<boolean> {
  const { db } = cx.services;
  const row = await db.one<PublicationRow>(publicationOf(id));
  if (!row || source.byteLength > LARGEST_UPLOAD) return false;
  if (row.uploadHash === hash && row.uploadRevision === revision) return true;
  const kept = source.byteLength < WORTH_PACKING ? source : await pack(source, { level: 4 });
  await db.rows(keepUpload(id, kept, hash, revision));
  return true;
}

/** The upload of this digest as it was sent, where it is the one that is kept. */
export async function keptUpload(
  { collection: { id } }: CollectionResource,
  hash: string,
  cx: Exchange,
): Promise<Uint8Array | undefined> {
  const row = await cx.services.db.one<{ upload: Uint8Array | null }>(uploadOf(id, hash));
  const upload = row?.upload ?? undefined;
  return upload && isPacked(upload) ? unpack(upload) : upload;
}

/** METHOD stands before the first component (RFC 5545 3.4). */
export function hasMethod(upload: Uint8Array): boolean {
  const bytes = Buffer.from(upload.buffer, upload.byteOffset, upload.byteLength);
  const from = bytes.indexOf("BEGIN:V", 15, "latin1");
  return /^METHOD[:;]/im.test(bytes.toString("latin1", 0, from < 0 ? bytes.length : from));
}
