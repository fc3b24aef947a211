import { wholeCalendarTag } from "@kalends/caldav";
import {
  type CollectionResource,
  covering,
  type Exchange,
  evaluate,
  evaluateIf,
  parseIf,
  refuseStatus,
} from "@kalends/dav-core";

/**
 * The conditional headers against the whole file (RFC 9110 13.2.2, RFC 4918 10.4). True = answer 304. Refuses with 412.
 * Publishing clients send `If: (["etag"])` with each upload.
 */
export async function checkConditions(calendar: CollectionResource, cx: Exchange): Promise<boolean> {
  const etag = wholeCalendarTag(calendar, cx);
  const reading = cx.verb === "GET" || cx.verb === "HEAD";
  const outcome = evaluate(cx.headers, { etag, modifiedAt: calendar.collection.modifiedAt }, reading);
  if (outcome === "not-modified") return true;
  const locks = covering(calendar.collection.locks ?? [], "");
  const holds = (token: string): boolean => locks.some((lock) => lock.token === token);
  const header = cx.headers.get("if");
  const isMet = header === undefined || (await evaluateIf(parseIf(header), async () => ({ etag, holds })));
  if (outcome === "failed" || !isMet) {
    refuseStatus(412, "The calendar has changed since the version you name; fetch it again.");
  }
  return false;
}
