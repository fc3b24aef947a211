import { createHash } from "node:crypto";
import { floatingZone } from "@kalends/caldav";
import { type Exchange, type Reply, refusePart, refuseStatus } from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import { type Sql, sql, timestamp } from "@kalends/store";
import type { FileName } from "./address.js";
import { checkConditions, checkLock, ownFile } from "./own-file.js";
import type { Person } from "./person.js";
import { readUpload, type Upload, uploadText } from "./upload.js";

/** Outlook's file for 36 months stays far below. */
export interface PublishOptions {
  /** Octets of the largest file. */
  readonly size: number;
}

interface NewFile {
  readonly upload: Upload;
  readonly data: string;
  readonly etag: string;
  readonly now: number;
}

/** Stores a file in place of the one before, and lets everybody read who never said otherwise. */
const store = ({ id }: Person, { upload, data, etag, now }: NewFile): Sql => sql`
  insert into free_busy as f (principal_id, access, data, etag, first_start, last_end, periods, uploaded_at)
  values (${id}, 'everyone', ${data}, ${etag}, ${upload.start}, ${upload.end},
    ${JSON.stringify(upload.periods.map(({ start, end, type }) => [start, end, type]))}::jsonb, ${timestamp(now)})
  on conflict (principal_id) do update set access = coalesce(f.access, excluded.access), data = excluded.data,
    etag = excluded.etag, first_start = excluded.first_start, last_end = excluded.last_end, periods = excluded.periods,
    uploaded_at = excluded.uploaded_at`;

/** PUT of one's own file: read whole first, so that a bad one leaves the old one in place (DSC-84, DSC-85). */
export async function putFile(name: FileName, cx: Exchange, { size }: PublishOptions): Promise<Reply> {
  const person = await ownFile(name, cx);
  if (person.access === "off") refuseStatus(403, "The administrator switched free/busy files off for this account.");
  refusePart(cx);
  await checkConditions(person, cx);
  checkLock(person, cx);
  const now = cx.services.clock();
  const read = readUpload(await cx.bytes(size), floatingZone(undefined, person));
  if (!read.ok) return refuseStatus(read.status, read.note);
  const data = uploadText(read.upload, now, person);
  const etag = createHash("sha256").update(data).digest("base64url").slice(0, 32);
  await cx.services.db.rows(store(person, { upload: read.upload, data, etag, now }));
  // No ETag: what is kept is not the octets that were sent (RFC 9110 9.3.4).
  return { kind: "empty", status: person.file === null ? 201 : 204 };
}

/** DELETE of one's own file; from then on only the calendars tell. */
export async function deleteFile(name: FileName, cx: Exchange): Promise<Reply> {
  const person = await ownFile(name, cx);
  if (person.file === null && person.lock === null) return refuseStatus(404, "Nothing was published here.");
  await checkConditions(person, cx);
  checkLock(person, cx);
  await cx.services.db.rows(sql`
    update free_busy set data = null, etag = null, first_start = null, last_end = null, periods = '[]', uploaded_at = null,
      lock_token = null, lock_expires_at = null where principal_id = ${person.id}`);
  return { kind: "empty", status: 204 };
}

/** GET of one's own file: what was published, as it is kept. */
export async function getFile(name: FileName, cx: Exchange): Promise<Reply> {
  const person = await ownFile(name, cx);
  const { file } = person;
  if (file === null) return refuseStatus(404, "Nothing was published here.");
  const headers = {
    ETag: `"${file.etag}"`,
    "Last-Modified": formatHttpDate(file.uploadedAt),
    "Cache-Control": "private, no-cache",
  };
  if (await checkConditions(person, cx)) return { kind: "empty", status: 304, headers };
  return { kind: "body", status: 200, headers, body: file.data, type: "text/calendar; charset=utf-8" };
}
