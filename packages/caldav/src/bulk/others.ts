import { has } from "@kalends/acl";
import {
  applyGathered,
  type CollectionResource,
  deadBeyondLimit,
  type Exchange,
  type Gathered,
  gather,
  type Instruction,
  type MemberResource,
  memberHref,
  type Refusal,
  type Registry,
} from "@kalends/dav-core";
import type { Clark } from "@kalends/dav-xml";
import type { WriteTx } from "@kalends/store";
import { CALENDAR_DATA } from "../calendar-data.js";
import { CALENDAR_OBJECT } from "../kinds.js";
import type { Change } from "./change.js";

/** An object as a resource to hang properties on, which are found by its name alone. */
function resourceOf(name: string, { collection, href }: CollectionResource): MemberResource {
  const texts = { name, etag: "", uid: "", component: "", scheduleTag: null };
  const numbers = { size: 0, revision: collection.revision, createdAt: 0, modifiedAt: 0 };
  const member = { ...texts, ...numbers };
  return { rows: "member", kind: CALENDAR_OBJECT, href: memberHref(href, name), collection, name, member };
}

/** Adds to a change the properties that are to be set along with its data; one that cannot be set refuses all (APL-06). */
export async function withOthers(
  change: Change,
  instructions: readonly Instruction[],
  at: CollectionResource,
  cx: Exchange,
  registry: Registry,
): Promise<Change> {
  if (change.what === "delete") return change;
  const names = instructions.map(({ name }) => name);
  if (change.what === "refused") {
    const culprits = new Map<Clark, Refusal>([[CALENDAR_DATA, change.refusal]]);
    return { ...change, blame: { culprits, innocent: names } };
  }
  // What is yet to be created has no properties, just as a name nobody uses.
  const on = resourceOf(change.what === "update" ? change.at.name : `${cx.services.newName()}.ics`, at);
  const writable = has(at.collection.rights, "w");
  const ground = { kind: on.kind, rows: on.rows, href: on.href, when: "set", writable, personal: false } as const;
  const others = gather(instructions, ground, cx, registry);
  const culprits = await culpritsIn(others, on, cx);
  const [first] = culprits.values();
  if (!first) return { ...change, others };
  const innocent = [CALENDAR_DATA, ...names.filter((name) => !culprits.has(name))];
  const href = change.what === "update" ? change.at.href : "";
  const uid = change.what === "create" ? change.object.uid : undefined;
  return { what: "refused", href, uid, refusal: first, blame: { culprits, innocent } };
}

async function culpritsIn(others: Gathered, on: MemberResource, cx: Exchange): Promise<ReadonlyMap<Clark, Refusal>> {
  const { db, limits } = cx.services;
  return others.failures.size > 0 ? others.failures : deadBeyondLimit(others.dead, on, db, limits.deadPropertySize);
}

/** Sets the properties of an object that was just written, in the same transaction. */
export const applyOthers = (others: Gathered, name: string, at: CollectionResource, tx: WriteTx, cx: Exchange) =>
  applyGathered(others, resourceOf(name, at), tx, cx);
