import { formatHttpDate } from "@kalends/dav-xml";
import type { MemberRow } from "../resource.js";

/** The validators of a member, as GET, HEAD, 304 and PUT send them (RFC 9110 8.8; DAV-126). */
export const stateHeaders = ({
  etag,
  modifiedAt,
}: Pick<MemberRow, "etag" | "modifiedAt">): Readonly<Record<string, string>> => ({
  ETag: `"${etag}"`,
  "Last-Modified": formatHttpDate(modifiedAt),
  "Cache-Control": "private, no-cache",
});
