import { parseHttpDate } from "@kalends/dav-xml";
import { parseTag, sameTag } from "./etag.js";

/** Octets to send, both ends included; "all" when the header does not count; "none" for 416. */
export type ByteRange = "all" | "none" | { readonly first: number; readonly last: number };

/** One range of bytes; several ranges and other units are answered in full (RFC 9110 14.1.2, DAV-127). */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const found = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "");
  if (!found) return "all";
  const [, from = "", to = ""] = found;
  if (from === "" && to === "") return "all";
  if (from === "")
    return Number(to) === 0 || size === 0 ? "none" : { first: Math.max(0, size - Number(to)), last: size - 1 };
  if (to !== "" && Number(to) < Number(from)) return "all";
  if (Number(from) >= size) return "none";
  return { first: Number(from), last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}

/** May the range be honoured? Only when `If-Range` names the present state: a strong tag, or the exact date (RFC 9110 13.1.5). */
export function rangeApplies(ifRange: string | undefined, etag: string, modifiedAt: number): boolean {
  if (ifRange === undefined) return true;
  const date = parseHttpDate(ifRange.trim());
  if (date !== undefined) return Math.floor(modifiedAt / 1000) === Math.floor(date / 1000);
  return /^\s*"/.test(ifRange) && sameTag(parseTag(ifRange), parseTag(etag), "strong");
}
