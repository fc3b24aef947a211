import {
  type DestinationDef,
  type Exchange,
  type FileResource,
  type MethodDef,
  parseDepth,
  refuseBody,
  refuseStatus,
  type Reply,
  type Target,
  WHOLE,
} from "@kalends/dav-core";
import { copyTree, type FileUse, longestInside, moveTree, removeTree, type WriteTx } from "@kalends/store";
import { hold, revisionOf } from "../hold.js";
import { MOVABLE } from "../kinds.js";
import { checkDepth, checkPath } from "../names.js";
import { checkRoom, roomAt, useAt } from "../room.js";
import { fileAt, mappedSpot, type Spot, spotOf } from "../spot.js";

interface Transfer {
  readonly from: Spot & { readonly there: FileResource };
  readonly to: Spot;
  readonly verb: "COPY" | "MOVE";
  /** With all that is inside. */
  readonly whole: boolean;
}

/** RFC 4918 9.8.3, 9.9.2: a folder alone or with all inside is copied, but moved only with all. */
function isWhole(at: FileResource, verb: Transfer["verb"], cx: Exchange): boolean {
  const { depth } = parseDepth(cx.headers.get("depth"), "infinity");
  if (!at.file.isFolder) return true;
  if (depth === 1) return refuseStatus(400, "Depth must be 0 or infinity.");
  if (depth === 0 && verb === "MOVE") {
    return refuseStatus(400, "A folder is moved with all it holds: Depth must be infinity.");
  }
  return depth === "infinity";
}

/** What there will be more of at the destination than now. */
const wanted = async ({ from, whole }: Transfer, tx: WriteTx): Promise<FileUse> =>
  whole ? useAt(from, tx) : { octets: 0, files: 1 };

async function carryOut(transfer: Transfer, cx: Exchange): Promise<void> {
  const { from, to, verb, whole } = transfer;
  await cx.services.db.write(async (tx) => {
    const revision = revisionOf(await hold(tx, [from, to], cx), to);
    const staysInside = verb === "MOVE" && from.area.id === to.area.id;
    if (!staysInside) checkRoom(await roomAt(to, tx, cx), await wanted(transfer, tx));
    const inside = await tx.one<{ octets: number }>(longestInside(fileAt(from)));
    checkDepth(to.path, whole ? (inside?.octets ?? 0) : 0);
    if (to.there) await tx.rows(removeTree(fileAt(to), verb === "COPY"));
    const statement = verb === "COPY" ? copyTree(fileAt(from), fileAt(to), whole, revision) : undefined;
    await tx.rows(statement ?? moveTree(fileAt(from), fileAt(to), revision));
  });
}

async function transfer(at: Target, to: Target, verb: Transfer["verb"], cx: Exchange): Promise<Reply> {
  const from = mappedSpot(at);
  const place = spotOf(to);
  const whole = isWhole(from.there, verb, cx);
  await refuseBody(cx);
  if (place.path === "") return refuseStatus(403, "A file area cannot be replaced.");
  checkPath(place.path);
  await carryOut({ from, to: place, verb, whole }, cx);
  return { kind: "empty", status: place.there ? 204 : 201 };
}

/** To make something, and to remove what is there first (RFC 3744 appendix B). */
const destination: DestinationDef = {
  needs: (to) =>
    to.mapped
      ? [
          { right: "i", on: "self" },
          { right: "d", on: "self" },
        ]
      : [{ right: "i", on: "parent" }],
};

const method = (verb: Transfer["verb"], def: Pick<MethodDef, "needs" | "writes" | "spec">): MethodDef => ({
  verb,
  on: MOVABLE,
  destination,
  ...def,
  handle({ target }, cx, _registry, to) {
    if (!to) throw new TypeError(`${verb} without a destination`);
    return transfer(target, to.target, verb, cx);
  },
});

/** COPY and MOVE of files and folders, also from one account's area to another's: at once or not at all. */
export const transferMethods: readonly MethodDef[] = [
  method("COPY", { spec: "RFC 4918 9.8", needs: () => [{ right: "r", on: "self" }], writes: () => [] }),
  method("MOVE", {
    spec: "RFC 4918 9.9",
    needs: () => [
      { right: "r", on: "self" },
      { right: "d", on: "self" },
    ],
    writes: () => WHOLE,
  }),
];
