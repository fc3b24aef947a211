import {
  type CollectionResource,
  covering,
  type Exchange,
  evaluate,
  evaluateIf,
  parseIf,
  refuseStatus,
} from "@kalends/dav-core";

/** What a whole file is validated by. */
export interface Validators {
  readonly etag: string;
  readonly modifiedAt: number;
}

const CHANGED = "The calendar has changed since the version you name; fetch it again.";

/**
 * The conditional headers against the whole file (RFC 9110 13.2.2, RFC 4918 10.4). True = answer 304. Refuses with 412.
 * Publishing clients send `If: (["etag"])` with each upload.
 */
export async function checkConditions(calendar: CollectionResource, state: Validators, cx: Exchange): Promise<boolean> {
  const reading = cx.verb === "GET" || cx.verb === "HEAD";
  const outcome = evaluate(cx.headers, state, reading);
  if (outcome === "not-modified") return true;
  const locks = covering(calendar.collection.locks ?? [], "");
  const holds = (token: string): boolean => locks.some((lock) => lock.token === token);
  const header = cx.headers.get("if");
  const isMet = header === undefined || (await evaluateIf(parseIf(header), async () => ({ etag: state.etag, holds })));
  if (outcome === "failed" || !isMet) refuseStatus(412, CHANGED);
  return false;
}

/** The same where nothing is yet: whoever names a version is mistaken. */
export function checkAbsent({ headers }: Exchange): void {
  if (headers.has("if-match") || headers.has("if")) refuseStatus(412, CHANGED);
}

/** True when the request names the version it is about, which then has to be there until it is done. */
export const namesVersion = ({ headers }: Exchange): boolean =>
  ["if-match", "if", "if-unmodified-since"].some((name) => headers.has(name));
