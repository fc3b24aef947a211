import { type MethodDef, parseDepth, refuseBody, refuseStatus, WHOLE } from "@kalends/dav-core";
import { removeTree } from "@kalends/store";
import { hold } from "../hold.js";
import { MOVABLE } from "../kinds.js";
import { fileAt, mappedSpot } from "../spot.js";

/** DELETE of a file, or of a folder with all it holds: at once or not at all (RFC 4918 9.6). */
export const deleteTree: MethodDef = {
  verb: "DELETE",
  on: MOVABLE,
  spec: "RFC 4918 9.6",
  needs: () => [{ right: "d", on: "self" }],
  writes: () => WHOLE,
  async handle({ target }, cx) {
    const spot = mappedSpot(target);
    const { depth } = parseDepth(cx.headers.get("depth"), "infinity");
    if (spot.there.file.isFolder && depth !== "infinity") {
      return refuseStatus(400, "A folder is deleted with all it holds: Depth must be infinity.");
    }
    await refuseBody(cx);
    await cx.services.db.write(async (tx) => {
      await hold(tx, [spot], cx);
      await tx.rows(removeTree(fileAt(spot)));
    });
    return { kind: "empty", status: 204 };
  },
};
