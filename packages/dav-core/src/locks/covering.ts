import { parentPath, type PrincipalId } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { memberHref, pathHref } from "../hrefs.js";
import { parentHref } from "../paths/segments.js";
import { sightOf } from "../privacy/sight.js";
import type { CollectionRow, Lock, Resource, Target } from "../resource.js";

/**
 * What a lock can be on: a collection (`name` empty), or a name in it, mapped or not. In a file area names are paths:
 * names joined by slashes.
 */
export interface LockPlace {
  readonly collection: CollectionRow;
  readonly name: string;
  /** href of the collection. */
  readonly root: string;
  /** Names are paths. */
  readonly nested?: true;
}

/** Where the locks of a resource hang; null for what has none. */
export function placeOfResource(resource: Resource): LockPlace | null {
  if (resource.rows === "file")
    return { collection: resource.collection, name: resource.path, root: resource.root, nested: true };
  if (resource.rows === "collection") return { collection: resource.collection, name: "", root: resource.href };
  if (resource.rows !== "member") return null;
  return { collection: resource.collection, name: resource.name, root: parentHref(resource.href) };
}

/** The same for a target; a free name can be locked too. */
export function placeOfTarget(target: Target): LockPlace | null {
  if (target.mapped) return placeOfResource(target.resource);
  const { parent, name } = target;
  if (parent?.rows === "file")
    return { collection: parent.collection, name: pathIn(parent, name), root: parent.root, nested: true };
  return parent && { collection: parent.collection, name, root: parent.href };
}

/** The path of a name in a folder. */
export const pathIn = (folder: { readonly path: string }, name: string): string =>
  folder.path === "" ? name : `${folder.path}/${name}`;

/** The name around a name: of the folder, or of the collection itself. */
export const nameAround = ({ name, nested }: Pick<LockPlace, "name" | "nested">): string =>
  nested ? parentPath(name) : "";

/** True for the name itself and everything inside it. */
export const isWithin = (name: string, around: string): boolean =>
  name === around || around === "" || name.startsWith(`${around}/`);

/** The locks a name lies under: its own, and those around it that reach down to it (RFC 4918 6.1). */
export const covering = (locks: readonly Lock[], name: string): readonly Lock[] =>
  locks.filter((lock) => lock.name === name || (lock.depthInfinity && isWithin(name, lock.name)));

/** Locks that a new one cannot stand beside: shared ones stand beside shared ones only (RFC 4918 6.2). */
export function conflicting(
  locks: readonly Lock[],
  wanted: Pick<Lock, "name" | "scope" | "depthInfinity">,
): readonly Lock[] {
  const above = covering(locks, wanted.name);
  const inside = wanted.depthInfinity ? locks.filter(({ name }) => isWithin(name, wanted.name)) : [];
  return [...new Set([...above, ...inside])].filter(
    ({ scope }) => scope === "exclusive" || wanted.scope === "exclusive",
  );
}

/** href of what the lock was taken on, as this request sees it (RFC 4918 14.12). */
export function lockRoot(
  { root, nested }: Pick<LockPlace, "root" | "nested">,
  { name, onFolder }: Pick<Lock, "name" | "onFolder">,
): string {
  if (name === "") return root;
  return nested ? `${pathHref(root, name)}${onFolder ? "/" : ""}` : memberHref(root, name);
}

/** The same, but what else is locked in a calendar is not named to those who may not see all that is there. */
export function shownRoot(place: LockPlace, lock: Lock, cx: Exchange): string {
  const isShown = place.nested || lock.name === place.name || sightOf(place.collection, cx) === null;
  return isShown ? lockRoot(place, lock) : place.root;
}

/** True when the requester made the lock and names its token (RFC 4918 6.4). */
export const isHeldBy = (lock: Lock, by: PrincipalId | null, tokens: ReadonlySet<string>): boolean =>
  lock.owner === by && tokens.has(lock.token);
