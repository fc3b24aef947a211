import type { Authorized } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  expectation,
  memberHref,
  type PostDef,
  type Reply,
  type Resource,
  refuseStatus,
  refuseMoved,
} from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { importParts } from "../bulk/import.js";
import { CALENDAR } from "../kinds.js";
import type { Spot } from "./current.js";
import { noRules, type WriteRules } from "./guards.js";
import { memberName } from "./member-name.js";
import { analysed, storeObject } from "./put-object.js";

const spotIn = (collection: CollectionResource, name: string): Spot => ({
  collection,
  name,
  href: memberHref(collection.href, name),
  member: null,
});

const placeOf = ({ href }: Spot) => ({ Location: href });

/** Stores an object under the name its UID gives or, where that is taken, under a new one. */
export function addUnderOwnName(
  collection: CollectionResource,
  object: ObjectAnalysis,
  rules: WriteRules,
  at: Authorized<Resource>,
  cx: Exchange,
): Promise<Reply> {
  const { revision } = expectation(cx, { mapped: true, resource: collection });
  let tries = 0;
  const again = async (): Promise<Spot> => {
    tries += 1;
    // The first failure may mean that the name is taken; a new one is free, so the second is the collection's.
    if (tries > 1 && revision !== undefined) refuseMoved(cx);
    return spotIn(collection, `${cx.services.newName()}.ics`);
  };
  const first = spotIn(collection, memberName(object.uid));
  return storeObject(first, object, { revision, rules, again, place: placeOf }, at, cx);
}

/** POST to the `DAV:add-member` URI, which is the calendar itself: a new object, the server names it (RFC 5995 3.1). */
export const addObject = (rules: WriteRules = noRules): PostDef => ({
  root: "text/calendar",
  on: [CALENDAR],
  spec: "RFC 5995 3.1",
  needs: [{ right: "i", on: "self" }],
  async handle(at, cx) {
    const collection = at.target;
    if (collection.rows !== "collection") return refuseStatus(405, "Only a calendar takes new objects.");
    const { objectSize, bulkSize } = cx.services.limits;
    const body = await cx.bytes(Math.max(objectSize, bulkSize));
    const imported = await importParts(body, { ...at, target: collection }, cx, rules);
    if (imported) return imported;
    const object = await analysed(body, collection, cx);
    return addUnderOwnName(collection, object, rules, at, cx);
  },
});
