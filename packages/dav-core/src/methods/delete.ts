import { type CollectionId, deleteCollection, type Revision, sql, unbind, type WriteTx } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { MethodDef, Need, WrittenPart } from "../extension.js";
import { parseDepth } from "../headers/depth.js";
import { WHOLE } from "../locks/check-locks.js";
import { expectation } from "../pipeline/preconditions.js";
import { refuseStatus } from "../refusal.js";
import type { CollectionRow, Place, Target } from "../resource.js";
import { refuseBody } from "./request-body.js";

const bindingOf = (target: Target): CollectionRow["binding"] =>
  target.mapped && target.resource.rows === "collection" ? target.resource.collection.binding : null;

const isOwn = (target: Target): boolean => (bindingOf(target)?.how ?? "own") === "own";

/** What DELETE needs: one's own collection goes with all it holds; what others share only leaves this home. */
export const removalNeeds = (target: Target): readonly Need[] =>
  isOwn(target)
    ? [
        { right: "d", on: "self" },
        { right: "c", on: "parent" },
      ]
    : [{ right: "c", on: "parent" }];

/** The same for locks: leaving this home touches nothing that a lock of the owner's protects. */
export const removalWrites = (target: Target): readonly WrittenPart[] => (isOwn(target) ? WHOLE : ["parent"]);

/** Holds a collection to the revision that a condition of the request names, until the transaction ends. */
export async function refuseChanged(tx: WriteTx, { id }: CollectionRow, revision: Revision): Promise<void> {
  const row = await tx.one<{ revision: Revision }>(
    sql`select revision from collection where id = ${id}::bigint for update`,
  );
  if (row?.revision !== revision) refuseStatus(412, "The collection has changed.");
}

/** Removes a collection of one's own; false when it is no more, 503 when a lock was given in it a moment ago. */
export async function removeOwn(tx: WriteTx, { id, lockEpoch }: CollectionRow): Promise<boolean> {
  if (await tx.one(deleteCollection(id, lockEpoch))) return true;
  return refuseIfThere(tx, id);
}

/** For a write that found no collection under the lock epoch it was judged by: false, or 503 when it is there. */
export async function refuseIfThere(tx: WriteTx, id: CollectionId): Promise<false> {
  if (!(await tx.one(sql`select id from collection where id = ${id}::bigint`))) return false;
  return refuseStatus(503, "Somebody took a lock at the same time; try again.", { "Retry-After": "1" });
}

async function remove(collection: CollectionRow, revision: Revision | undefined, cx: Exchange): Promise<boolean> {
  const { binding } = collection;
  return cx.services.db.write(async (tx) => {
    if (revision !== undefined) await refuseChanged(tx, collection, revision);
    if (!binding || binding.how === "own") return removeOwn(tx, collection);
    return (await tx.one(unbind(binding.home, binding.slug))) !== undefined;
  });
}

/**
 * DELETE for the collections of a package: at once or not at all, always with everything inside (RFC 4918 9.6.1).
 * Reserved names (the inbox) stay.
 */
export const collectionDelete = (on: readonly Place[]): MethodDef => ({
  verb: "DELETE",
  on,
  spec: "RFC 4918 9.6.1",
  needs: removalNeeds,
  writes: removalWrites,
  async handle({ target }, cx, registry) {
    if (!target.mapped || target.resource.rows !== "collection") return refuseStatus(404, "There is nothing here.");
    const { collection } = target.resource;
    if (parseDepth(cx.headers.get("depth"), "infinity").depth !== "infinity") {
      return refuseStatus(400, "A collection is deleted with all it holds: Depth must be infinity.");
    }
    await refuseBody(cx);
    if (collection.binding === null || registry.reservedSlugs.has(collection.binding.slug.toLowerCase())) {
      return refuseStatus(403, "This collection cannot be deleted.");
    }
    const { revision } = expectation(cx, target);
    const isRemoved = await remove(collection, revision, cx);
    return isRemoved ? { kind: "empty", status: 204 } : refuseStatus(404, "There is nothing here.");
  },
});
