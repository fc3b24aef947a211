import {
  type Exchange,
  FILE,
  type FileResource,
  type MethodDef,
  parseRange,
  type Reply,
  rangeApplies,
  stateHeaders,
} from "@kalends/dav-core";
import { streamContent } from "../content/stream.js";
import { mappedSpot } from "../spot.js";

/** What people store must not act in the name of the server when a browser shows it. */
const SANDBOX = { "Content-Security-Policy": "sandbox; default-src 'none'" };

function reply(at: FileResource, cx: Exchange): Reply {
  const { content, etag, modifiedAt, size, type } = at.file;
  const headers = { ...stateHeaders({ etag, modifiedAt }), "Accept-Ranges": "bytes", ...SANDBOX };
  if (size === 0 || content === null) return { kind: "body", status: 200, headers, body: new Uint8Array(), type };
  const applies = rangeApplies(cx.headers.get("if-range"), `"${etag}"`, modifiedAt);
  const wanted = applies ? parseRange(cx.headers.get("range"), size) : "all";
  if (wanted === "none") {
    return { kind: "empty", status: 416, headers: { ...headers, "Content-Range": `bytes */${size}` } };
  }
  const { first, last } = wanted === "all" ? { first: 0, last: size - 1 } : wanted;
  const length = { ...headers, "Content-Length": String(last + 1 - first) };
  const body = streamContent(content, first, last, cx);
  if (wanted === "all") return { kind: "body", status: 200, headers: length, body, type };
  const part = { ...length, "Content-Range": `bytes ${first}-${last}/${size}` };
  return { kind: "body", status: 206, headers: part, body, type };
}

/** GET and HEAD of a file: its octets, streamed, or one range of them (RFC 9110 9.3.1, 14). Several ranges give it whole. */
export const getFile: MethodDef = {
  verb: "GET",
  on: [FILE],
  spec: "RFC 9110 9.3.1, 14",
  needs: () => [{ right: "r", on: "self" }],
  handle: async ({ target }, cx) => reply(mappedSpot(target).there, cx),
};
