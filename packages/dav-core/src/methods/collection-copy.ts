import type { Authorized } from "@kalends/acl";
import {
  type CollectionId,
  copyContent,
  copyDeadProperties,
  createCollection,
  type Emission,
  type HeldCollection,
  holdCollection,
  type Revision,
  type Sql,
} from "@kalends/store";
import type { Exchange, Reply } from "../exchange.js";
import type { MethodDef, Registry } from "../extension.js";
import { parseDepth } from "../headers/depth.js";
import { sightOf } from "../privacy/sight.js";
import type { CollectionResource } from "../properties/listing.js";
import { refuseStatus } from "../refusal.js";
import type { Place, Target } from "../resource.js";
import { type CollectionPlace, clearPlace, placeFor, placeNeeds } from "./collection-place.js";
import { refuseTaken, settleCollection } from "./new-collection.js";
import { refuseBody } from "./request-body.js";

/** What a package adds to COPY of its collections. */
export interface CollectionCopyDef {
  readonly on: readonly Place[];
  /**
   * Judges all members before anything is written, and refuses; gives what is to be written to the copy beyond the
   * members as they are (RFC 4791 5.3.2.1).
   */
  readonly examine?: (
    from: CollectionResource,
    at: Authorized<Target>,
    cx: Exchange,
    registry: Registry,
  ) => Promise<(made: CollectionId) => readonly Sql[]>;
  /** Who is told of what was written. */
  readonly emit?: readonly Emission[];
}

/** How often a collection is examined anew when others write to it meanwhile. */
const TRIES = 4;

interface Copy {
  readonly from: CollectionResource;
  readonly place: CollectionPlace;
  readonly ends: readonly Target[];
  readonly by: Authorized<Target>["by"];
  /** Depth infinity: with all members. */
  readonly whole: boolean;
  readonly emit: readonly Emission[];
}

/** In one transaction: undefined when it was made, else the revision the source has by now. */
async function make(
  { from, place, ends, by, whole, emit }: Copy,
  revision: Revision,
  more: (made: CollectionId) => readonly Sql[],
  cx: Exchange,
): Promise<Revision | undefined> {
  const { db, limits } = cx.services;
  const { id, kind, components, displayName, description, timezone, props } = from.collection;
  const { home, owner, slug } = place;
  const texts = { components, displayName, description, timezone, props: JSON.stringify(props) };
  return db.write(async (tx) => {
    const now = (await tx.one<HeldCollection>(holdCollection(id)))?.revision;
    if (now === undefined) return refuseStatus(404, "There is nothing here any more.");
    if (whole && now !== revision) return now;
    await clearPlace(ends, place, tx, cx);
    const made = await tx.one<{ id: CollectionId }>(createCollection({ home, owner, slug, kind, ...texts }));
    if (!made) return refuseStatus(409, "The home does not exist any more.");
    await settleCollection(tx, made, home, limits.calendarsPerHome);
    await tx.rows(copyDeadProperties({ collection: id, name: "" }, { collection: made.id, name: "" }));
    if (!whole) return undefined;
    const publicOnly = sightOf(from.collection, cx) !== null;
    await tx.rows(copyContent({ from: id, to: made.id, by, via: "caldav", publicOnly, emit }));
    for (const statement of more(made.id)) await tx.rows(statement);
    return undefined;
  });
}

async function copy(
  def: CollectionCopyDef,
  at: Authorized<Target>,
  to: Target,
  cx: Exchange,
  registry: Registry,
): Promise<Reply> {
  const { target, by } = at;
  if (!target.mapped || target.resource.rows !== "collection") return refuseStatus(404, "There is nothing here.");
  const { depth } = parseDepth(cx.headers.get("depth"), "infinity");
  if (depth === 1) return refuseStatus(400, "Depth must be 0 or infinity.");
  await refuseBody(cx);
  const from = target.resource;
  const place = placeFor(from.collection, to, registry);
  const whole = depth === "infinity";
  const wanted: Copy = { from, place, ends: [target, to], by, whole, emit: def.emit ?? [] };
  let { revision } = from.collection;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const more = whole && def.examine ? await def.examine(from, at, cx, registry) : () => [];
    const now = await make(wanted, revision, more, cx).catch(refuseTaken);
    if (now === undefined) {
      return place.replaced
        ? { kind: "empty", status: 204 }
        : { kind: "empty", status: 201, headers: { Location: place.href } };
    }
    revision = now;
  }
  return refuseStatus(503, "Others are writing to the collection; try again.", { "Retry-After": "1" });
}

/**
 * COPY for the collections of a package: a new collection with the same properties and, unless Depth is 0, all members,
 * at once or not at all (RFC 4918 9.8.3). Its rights are those of a new one (RFC 3744 7.3).
 */
export const collectionCopy = (def: CollectionCopyDef): MethodDef => ({
  verb: "COPY",
  on: def.on,
  spec: "RFC 4918 9.8.3",
  needs: () => [{ right: "r", on: "self" }],
  writes: () => [],
  destination: { needs: placeNeeds },
  handle: (at, cx, registry, to) => {
    if (!to) throw new TypeError("COPY without a destination");
    return copy(def, at, to.target, cx, registry);
  },
});
