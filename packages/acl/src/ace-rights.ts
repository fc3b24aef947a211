import { type Clark, dav } from "@kalends/dav-xml";
import { type Privilege, type PrivilegeScope, privilegeTree } from "./privilege-tree.js";
import { rightsFor, topPrivileges } from "./privileges.js";
import { has, maskOf, NO_RIGHTS, type RightsMask, union, without } from "./rights.js";

/** Rights of one sign: what an entry gives, or what it takes. */
export interface Side {
  readonly grant: boolean;
  readonly rights: RightsMask;
}

const allLetters = (node: Privilege): RightsMask => union(maskOf(...node.letters), ...node.contains.map(allLetters));

const isTaken = (mask: RightsMask, node: Privilege): boolean => without(allLetters(node), mask) === NO_RIGHTS;

const topTaken = (mask: RightsMask, node: Privilege): readonly Clark[] =>
  isTaken(mask, node) ? [node.name] : node.contains.flatMap((inner) => topTaken(mask, inner));

const everything = (node: Privilege): readonly Privilege[] => [node, ...node.contains.flatMap(everything)];

/** The privileges an entry shows, without what others contain: granted when held, denied when all they consist of is taken. */
export const shownPrivileges = ({ grant, rights }: Side, on: PrivilegeScope): readonly Clark[] =>
  grant ? topPrivileges(rights, on) : topTaken(rights, privilegeTree(on));

/** The rights an entry stands for: the fewest that show what is granted; all that what is denied consists of (RFC 3744 3). */
export function rightsNamed(names: readonly Clark[], grant: boolean, on: PrivilegeScope): RightsMask {
  if (grant) return rightsFor(names, on);
  const wanted = everything(privilegeTree(on)).filter(({ name }) => names.includes(name));
  return union(NO_RIGHTS, ...wanted.map(allLetters));
}

/** These privileges with all they contain. */
const expanded = (names: readonly Clark[], on: PrivilegeScope): ReadonlySet<Clark> =>
  new Set(
    everything(privilegeTree(on))
      .filter(({ name }) => names.includes(name))
      .flatMap(everything)
      .map(({ name }) => name),
  );

/**
 * Privileges that come along although nobody named them, because rights are coarser: a list with any is no exact one and
 * must be refused (RFC 3744 8.1). What follows from others named (`DAV:write` from its parts, everything from the power
 * to change the list) does not count.
 */
export function surplus(names: readonly Clark[], grant: boolean, on: PrivilegeScope): readonly Clark[] {
  const named = expanded(names, on);
  const rights = rightsNamed(names, grant, on);
  const comes = (node: Privilege) => (grant ? has(rights, node.letters[0] ?? "a") : isTaken(rights, node));
  const follows = ({ letters }: Privilege) => grant && named.has(dav("write-acl")) && letters[0] === "a";
  return everything(privilegeTree(on))
    .filter((node) => node.letters.length === 1 && !named.has(node.name) && comes(node) && !follows(node))
    .map(({ name }) => name);
}

/** Rights of an entry that DAV does not show; a change over DAV leaves them alone. */
export const unshown = (side: Side, on: PrivilegeScope): RightsMask =>
  without(side.rights, rightsNamed(shownPrivileges(side, on), side.grant, on));

const sameNames = (a: readonly Clark[], b: readonly Clark[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));

/** Adds what was not shown to what was sent, unless both together would show more than was sent. */
export function withUnshown(sent: Side, hidden: RightsMask, on: PrivilegeScope): RightsMask {
  const both = { grant: sent.grant, rights: union(sent.rights, hidden) };
  if (sameNames(shownPrivileges(both, on), shownPrivileges(sent, on))) return both.rights;
  return union(sent.rights, without(hidden, allLetters(privilegeTree(on))));
}
