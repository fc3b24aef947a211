import { mayUploadFreeBusy } from "@kalends/acl";
import {
  type Exchange,
  evaluate,
  evaluateIf,
  LockTokenSubmitted,
  parseIf,
  refuse,
  refuseStatus,
  tokensOf,
} from "@kalends/dav-core";
import type { FileName } from "./address.js";
import { type Person, personNamed } from "./person.js";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "PROPFIND"]);

/**
 * The file of whoever asks. Others' are refused with 403; nobody, and a name that is no account's, with 401, so that the
 * client asks for name and password again (VFB-05).
 */
export async function ownFile(name: FileName, cx: Exchange): Promise<Person> {
  if (cx.by === null) return refuseStatus(401, "Publishing takes your name and password.");
  const person = await personNamed(name, cx);
  if (!person)
    return refuseStatus(401, "There is no account of that name; sign in as the one the file is named after.");
  if (person.id !== cx.by.id) {
    refuseStatus(403, "A free/busy file is written by the person it is about; this one is somebody else's.");
  }
  if (mayUploadFreeBusy(cx.by.limit) || READING.has(cx.verb)) return person;
  return refuseStatus(403, "This password is limited to other things than free/busy files.");
}

/**
 * The conditional headers against what was uploaded (RFC 9110 13.2.2, RFC 4918 10.4). True = answer 304. Refuses with 412.
 */
export async function checkConditions({ file, lock }: Person, cx: Exchange): Promise<boolean> {
  const etag = file && `"${file.etag}"`;
  const reading = cx.verb === "GET" || cx.verb === "HEAD";
  const outcome = evaluate(cx.headers, file && { etag, modifiedAt: file.uploadedAt }, reading);
  if (outcome === "not-modified") return true;
  const header = cx.headers.get("if");
  const state = { etag, holds: (token: string): boolean => lock?.token === token };
  const isMet = header === undefined || (await evaluateIf(parseIf(header), async () => state));
  if (outcome === "failed" || !isMet) refuseStatus(412, "The file is not as you say; look at it again.");
  return false;
}

/** Refuses with 423 a write to a locked file whose token was not submitted (RFC 4918 7). */
export function checkLock({ lock }: Person, cx: Exchange): void {
  if (lock === null || tokensOf(cx).has(lock.token)) return;
  refuse(LockTokenSubmitted, { hrefs: [cx.path] }, "The file is locked; submit the token of the lock.");
}
