import {
  type Exchange,
  FILE,
  JudgedTooEarly,
  type MethodDef,
  refusePart,
  refuseStatus,
  type Reply,
  stateHeaders,
  type Target,
} from "@kalends/dav-core";
import { putFile } from "@kalends/store";
import { removeContent } from "../content/sweep.js";
import { type Upload, upload } from "../content/upload.js";
import { hold, revisionOf } from "../hold.js";
import { HOLDERS } from "../kinds.js";
import { mediaTypeOf } from "../media-types.js";
import { checkPath } from "../names.js";
import { checkRoom, roomAt } from "../room.js";
import { fileAt, type Spot, spotOf } from "../spot.js";

/** Bodies that are stored already, for a request that is judged once more: a body can be read only once. */
const stored = new WeakMap<Exchange, Upload>();

/** What the client says it will send; Finder says so beside a body in pieces. */
function announced({ headers }: Exchange): number {
  const length = Number(headers.get("content-length") ?? headers.get("x-expected-entity-length") ?? 0);
  return Number.isSafeInteger(length) ? length : 0;
}

async function take(spot: Spot, cx: Exchange): Promise<Upload> {
  const { fileSize } = cx.services.limits;
  const room = await roomAt(spot, cx.services.db, cx);
  const check = (size: number) => {
    if (size > fileSize) refuseStatus(413, `A file has at most ${fileSize} octets.`);
    checkRoom(room, { octets: size, files: 1 });
  };
  check(announced(cx));
  return upload(cx, check);
}

/** The one moment at which the new content takes the place of the old one. */
async function point(spot: Spot, { content, size, etag }: Upload, cx: Exchange): Promise<Reply> {
  const written = await cx.services.db.write(async (tx) => {
    const revision = revisionOf(await hold(tx, [spot], cx), spot);
    checkRoom(await roomAt(spot, tx, cx), { octets: size, files: 1 });
    const type = mediaTypeOf(cx.headers.get("content-type"), spot.path);
    return tx.one<{ modifiedAt: number }>(putFile({ ...fileAt(spot), content, size, type, etag, revision }));
  });
  const { ETag = "", "Last-Modified": modified = "" } = stateHeaders({ etag, modifiedAt: written?.modifiedAt ?? 0 });
  return { kind: "empty", status: spot.there ? 204 : 201, headers: { ETag, "Last-Modified": modified } };
}

async function put(target: Target, cx: Exchange): Promise<Reply> {
  const spot = spotOf(target);
  refusePart(cx);
  checkPath(spot.path);
  if (cx.path.endsWith("/")) return refuseStatus(405, "A folder is made with MKCOL.");
  const uploaded = stored.get(cx) ?? (await take(spot, cx));
  try {
    return await point(spot, uploaded, cx);
  } catch (error) {
    if (error instanceof JudgedTooEarly) stored.set(cx, uploaded);
    else await removeContent(cx.services.db, uploaded.content);
    throw error;
  }
}

/** PUT of a file of any type (RFC 9110 9.3.4, RFC 4918 9.7.1): Insert, and over what is there Delete too. */
export const putMethods: readonly MethodDef[] = [
  {
    verb: "PUT",
    on: "unmapped",
    inside: HOLDERS,
    spec: "RFC 9110 9.3.4",
    needs: () => [{ right: "i", on: "parent" }],
    writes: () => ["self", "parent"],
    handle: ({ target }, cx) => put(target, cx),
  },
  {
    verb: "PUT",
    on: [FILE],
    spec: "RFC 9110 9.3.4",
    needs: () => [
      { right: "i", on: "self" },
      { right: "d", on: "self" },
    ],
    writes: () => ["self"],
    handle: ({ target }, cx) => put(target, cx),
  },
];
