import type { Authorized } from "@kalends/acl";
import type { Exchange, Reply } from "../exchange.js";
import type { MethodDef } from "../extension.js";
import { parseRange, rangeApplies } from "../headers/range.js";
import { visibleObject } from "../privacy/visible.js";
import { stateHeaders } from "../pipeline/state-headers.js";
import { refuseStatus } from "../refusal.js";
import type { MemberRow, Resource, Target } from "../resource.js";
import { indexPage } from "./index-page.js";

type MemberResource = Extract<Resource, { rows: "member" }>;

/** A text and the validators of the same moment. */
type Body = Pick<MemberRow, "etag" | "modifiedAt"> & { readonly data: string };

/**
 * Body and validators of the same moment, as the asker may see them: they came along where the request is a GET; elsewhere
 * they are read anew, because the member may have changed since it was resolved.
 */
export async function readMember({ collection, name, member }: MemberResource, cx: Exchange): Promise<Body> {
  const { data, etag, modifiedAt } = member;
  if (data !== undefined) return { data, etag, modifiedAt };
  return (await visibleObject(collection, name, cx)) ?? refuseStatus(404, "There is nothing here.");
}

/**
 * A body of text with its validators, or the range of it that was asked for: 200, 206, 416 (RFC 9110 14). Also for
 * packages that make their bodies themselves.
 */
export function bodyReply(
  text: string,
  type: string,
  member: Pick<MemberRow, "etag" | "modifiedAt">,
  cx: Exchange,
): Reply {
  const headers = { ...stateHeaders(member), "Accept-Ranges": "bytes" };
  const range = cx.headers.get("range");
  if (range === undefined || !rangeApplies(cx.headers.get("if-range"), `"${member.etag}"`, member.modifiedAt)) {
    return { kind: "body", status: 200, headers, body: text, type };
  }
  const bytes = new TextEncoder().encode(text);
  const wanted = parseRange(range, bytes.length);
  if (wanted === "all") return { kind: "body", status: 200, headers, body: bytes, type };
  if (wanted === "none") {
    return { kind: "empty", status: 416, headers: { ...headers, "Content-Range": `bytes */${bytes.length}` } };
  }
  const { first, last } = wanted;
  const part = { ...headers, "Content-Range": `bytes ${first}-${last}/${bytes.length}` };
  return { kind: "body", status: 206, headers: part, body: bytes.subarray(first, last + 1), type };
}

/** GET and HEAD: members give their stored octets, everything else a page for people (RFC 9110 9.3.1, RFC 4918 9.4). */
export const get: MethodDef = {
  verb: "GET",
  on: ["*"],
  spec: "RFC 9110 9.3.1, RFC 4918 9.4",
  needs: () => [{ right: "r", on: "self" }],
  async handle({ target }: Authorized<Target>, cx, registry) {
    if (!target.mapped) return refuseStatus(404, "There is nothing here.");
    const { resource } = target;
    if (resource.rows !== "member") return indexPage(resource, cx, registry);
    const stored = await readMember(resource, cx);
    const type = registry.contentType(resource) ?? "application/octet-stream";
    return bodyReply(stored.data, type, stored, cx);
  },
};
