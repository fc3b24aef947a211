import { type Clark, cal, dav } from "@kalends/dav-xml";
import { type Privilege, type PrivilegeScope, privilegeTree } from "./privilege-tree.js";
import { has, maskOf, NO_RIGHTS, type Right, type RightsMask, union } from "./rights.js";

const isHeld = (mask: RightsMask, { letters, contains }: Privilege): boolean =>
  letters.length > 0 ? letters.every((letter) => has(mask, letter)) : contains.every((inner) => isHeld(mask, inner));

// What contains others and has letters of its own (DAV:read) brings them along, whatever their own letters say.
function collect(mask: RightsMask, node: Privilege, inherited: boolean, into: Clark[]): void {
  const held = inherited || isHeld(mask, node);
  if (held) into.push(node.name);
  for (const inner of node.contains) collect(mask, inner, held && node.letters.length > 0, into);
}

/**
 * The value of `DAV:current-user-privilege-set`: aggregates and their leaves, in the order of the tree. Who may only
 * read is never shown `DAV:write-properties`: clients take it for a calendar they can write (RFC 3744 5.4).
 */
export function currentPrivileges(mask: RightsMask, on: PrivilegeScope): readonly Clark[] {
  const names: Clark[] = [];
  collect(mask, privilegeTree(on), false, names);
  return names;
}

const topmost = (mask: RightsMask, node: Privilege): readonly Clark[] =>
  isHeld(mask, node) ? [node.name] : node.contains.flatMap((inner) => topmost(mask, inner));

/** The same privileges said shortly, without what others contain: for the entries of `DAV:acl`. */
export const topPrivileges = (mask: RightsMask, on: PrivilegeScope): readonly Clark[] =>
  topmost(mask, privilegeTree(on));

const lettersOf = ({ letters, contains }: Privilege): RightsMask =>
  letters.length > 0 ? maskOf(...letters) : union(...contains.map(lettersOf));

const namesIn = (node: Privilege): readonly Clark[] => [node.name, ...node.contains.flatMap(namesIn)];

/** True where the kind of resource has this privilege; all others are refused with `DAV:not-supported-privilege`. */
export const isSupported = (name: Clark, on: PrivilegeScope): boolean => namesIn(privilegeTree(on)).includes(name);

/**
 * The fewest rights that show these privileges; unsupported names count for nothing. The other way round again gives
 * nothing beyond the rights one started from.
 */
export function rightsFor(names: readonly Clark[], on: PrivilegeScope): RightsMask {
  const wanted = new Set(names);
  const visit = (node: Privilege): RightsMask =>
    wanted.has(node.name) ? lettersOf(node) : union(NO_RIGHTS, ...node.contains.map(visit));
  return visit(privilegeTree(on));
}

const PRIVILEGE_OF: Readonly<Record<Right, Clark>> = {
  l: dav("read-current-user-privilege-set"),
  r: dav("read"),
  s: dav("read"),
  w: dav("write-properties"),
  i: dav("bind"),
  p: cal("schedule-deliver"),
  c: dav("bind"),
  d: dav("unbind"),
  a: dav("write-acl"),
  "9": cal("read-free-busy"),
};

/** The privilege to name in `DAV:need-privileges` when this right is missing (RFC 3744 7.1.1). */
export const privilegeOf = (right: Right): Clark => PRIVILEGE_OF[right];
