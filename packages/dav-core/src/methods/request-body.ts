import type { Exchange } from "../exchange.js";
import { refuseStatus } from "../refusal.js";

const media = (cx: Exchange): string =>
  (cx.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/** The media type of the request body without parameters, lower case; empty when none is given. */
export const mediaType = media;

/** `text/xml`, `application/xml` and their kin (RFC 4918 8.2). */
export const isXml = (type: string): boolean =>
  type === "text/xml" || type === "application/xml" || type.endsWith("+xml");

/** Refuses with 415 a body where the method knows none; an empty one is fine (RFC 4918 8.4; DAV-09). */
export async function refuseBody(cx: Exchange): Promise<void> {
  const length = cx.headers.get("content-length");
  const isEmpty = length === undefined ? !cx.headers.has("transfer-encoding") : Number(length) === 0;
  if (isEmpty) return;
  if (length !== undefined || (await cx.bytes(cx.services.limits.xmlSize)).length > 0) {
    refuseStatus(415, `${cx.verb} takes no body here.`);
  }
}

/** Refuses a PUT of a part with 400 (RFC 9110 14.5; DAV-62). */
export function refusePart(cx: Exchange): void {
  if (cx.headers.has("content-range"))
    refuseStatus(400, "A part of a resource cannot be stored; send the whole of it.");
}
