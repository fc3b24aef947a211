import { renameBinding } from "@kalends/store";
import type { MethodDef } from "../extension.js";
import { parseDepth } from "../headers/depth.js";
import { refuseStatus } from "../refusal.js";
import type { Place } from "../resource.js";
import { clearPlace, placeFor, placeNeeds } from "./collection-place.js";
import { refuseIfThere, removalNeeds, removalWrites } from "./delete.js";
import { refuseTaken } from "./new-collection.js";
import { refuseBody } from "./request-body.js";

/**
 * MOVE for the collections of a package: another name in the same home (RFC 4918 9.9.2). The collection itself, its
 * tokens and its rights stay as they are (RFC 3744 7.4); only its owner's own binding is renamed.
 */
export const collectionMove = (on: readonly Place[]): MethodDef => ({
  verb: "MOVE",
  on,
  spec: "RFC 4918 9.9.2",
  needs: removalNeeds,
  writes: removalWrites,
  destination: { needs: placeNeeds },
  async handle({ target }, cx, registry, to) {
    if (!to || !target.mapped || target.resource.rows !== "collection") {
      return refuseStatus(404, "There is nothing here.");
    }
    const { collection } = target.resource;
    const { binding } = collection;
    if (parseDepth(cx.headers.get("depth"), "infinity").depth !== "infinity") {
      return refuseStatus(400, "A collection is moved with all it holds: Depth must be infinity.");
    }
    await refuseBody(cx);
    if (binding === null || registry.reservedSlugs.has(binding.slug.toLowerCase())) {
      return refuseStatus(403, "This collection cannot be moved.");
    }
    if (binding.how !== "own") return refuseStatus(403, "Only the owner of a collection can move it.");
    const place = placeFor(collection, to.target, registry);
    if (place.home !== binding.home) {
      return refuseStatus(403, "A collection stays in its home; copy it, or share it with others.");
    }
    const renamed = await cx.services.db
      .write(async (tx) => {
        await clearPlace([target, to.target], place, tx, cx);
        const { home, slug } = binding;
        const { id, lockEpoch } = collection;
        const row = await tx.one(renameBinding({ home, slug, to: place.slug, collection: id, lockEpoch }));
        return row !== undefined || refuseIfThere(tx, id);
      })
      .catch(refuseTaken);
    if (!renamed) return refuseStatus(404, "There is nothing here.");
    return place.replaced
      ? { kind: "empty", status: 204 }
      : { kind: "empty", status: 201, headers: { Location: place.href } };
  },
});
