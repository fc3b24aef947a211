import type { PrincipalId } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { memberHref } from "../hrefs.js";
import { parentHref } from "../paths/segments.js";
import { sightOf } from "../privacy/sight.js";
import type { CollectionRow, Lock, Resource, Target } from "../resource.js";

/** What a lock can be on: a collection (`name` empty), or a name in it, mapped or not. */
export interface LockPlace {
  readonly collection: CollectionRow;
  readonly name: string;
  /** href of the collection. */
  readonly root: string;
}

/** Where the locks of a resource hang; null for what has none. */
export function placeOfResource(resource: Resource): LockPlace | null {
  if (resource.rows === "collection") return { collection: resource.collection, name: "", root: resource.href };
  if (resource.rows !== "member") return null;
  return { collection: resource.collection, name: resource.name, root: parentHref(resource.href) };
}

/** The same for a target; a free name can be locked too. */
export function placeOfTarget(target: Target): LockPlace | null {
  if (target.mapped) return placeOfResource(target.resource);
  const { parent, name } = target;
  return parent && { collection: parent.collection, name, root: parent.href };
}

/** The locks a name lies under: its own, and those of the collection that reach down to it (RFC 4918 6.1). */
export const covering = (locks: readonly Lock[], name: string): readonly Lock[] =>
  locks.filter((lock) => lock.name === name || (lock.name === "" && lock.depthInfinity));

/** Locks that a new one cannot stand beside: shared ones stand beside shared ones only (RFC 4918 6.2). */
export function conflicting(
  locks: readonly Lock[],
  wanted: Pick<Lock, "name" | "scope" | "depthInfinity">,
): readonly Lock[] {
  const reached = wanted.name === "" && wanted.depthInfinity ? locks : covering(locks, wanted.name);
  return reached.filter(({ scope }) => scope === "exclusive" || wanted.scope === "exclusive");
}

/** href of what the lock was taken on, as this request sees it (RFC 4918 14.12). */
export const lockRoot = (root: string, { name }: Pick<Lock, "name">): string =>
  name === "" ? root : memberHref(root, name);

/** The same, but what else is locked in a collection is not named to those who may not see all that is there. */
export const shownRoot = ({ collection, name, root }: LockPlace, lock: Lock, cx: Exchange): string =>
  lock.name === name || sightOf(collection, cx) === null ? lockRoot(root, lock) : root;

/** True when the requester made the lock and names its token (RFC 4918 6.4). */
export const isHeldBy = (lock: Lock, by: PrincipalId | null, tokens: ReadonlySet<string>): boolean =>
  lock.owner === by && tokens.has(lock.token);
