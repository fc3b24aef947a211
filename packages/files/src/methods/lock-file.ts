import { FILE, lockMethods, type MakeLocked, type MethodDef, unlockMethods } from "@kalends/dav-core";
import { createContent, putFile } from "@kalends/store";
import { EMPTY_ETAG } from "../content/upload.js";
import { hold, revisionOf } from "../hold.js";
import { HOLDERS } from "../kinds.js";
import { mediaTypeOf } from "../media-types.js";
import { checkPath } from "../names.js";
import { checkRoom, roomAt } from "../room.js";
import { fileAt, spotOf } from "../spot.js";

/** A free name that is locked becomes an empty file (RFC 4918 7.3). */
const makeEmpty: MakeLocked = async (target, tx, cx) => {
  const spot = spotOf(target);
  checkPath(spot.path);
  const revision = revisionOf(await hold(tx, [spot], cx, 1), spot);
  checkRoom(await roomAt(spot, tx, cx), { octets: 0, files: 1 });
  const content = (await tx.one<{ id: number }>(createContent()))?.id ?? 0;
  const type = mediaTypeOf(undefined, spot.path);
  await tx.rows(putFile({ ...fileAt(spot), content, size: 0, type, etag: EMPTY_ETAG, revision }));
};

const LOCKABLE = [FILE, ...HOLDERS] as const;

/** LOCK and UNLOCK of files and folders at any level (RFC 4918 9.10, 9.11). */
export const lockingMethods: readonly MethodDef[] = [
  ...lockMethods(LOCKABLE, HOLDERS, makeEmpty),
  ...unlockMethods(LOCKABLE, HOLDERS),
];
