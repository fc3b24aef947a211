import type { Clark } from "@kalends/dav-xml";
import type { PrincipalId } from "@kalends/store";
import type { Grant } from "./decide.js";
import type { PrivilegeScope } from "./privilege-tree.js";
import { rightsFor, topPrivileges, unspoken } from "./privileges.js";
import { ALL_RIGHTS, NO_RIGHTS, type RightsMask, union } from "./rights.js";
import { formatSubject, ofPrincipal, type Subject } from "./subject.js";

/** One entry of `DAV:acl`. `anyone` is written as `DAV:authenticated`, `anonymous` as `DAV:unauthenticated`. */
export interface Ace {
  readonly subject: Subject;
  readonly grant: boolean;
  readonly privileges: readonly Clark[];
  /** Made by the server; cannot be changed. */
  readonly protected: boolean;
}

/** A domain is no DAV principal: its entries are neither shown nor touched by the ACL method (RFC 3744 8.1). */
const isShown = ({ subject }: Grant): boolean => subject.type !== "domain";

/**
 * The entries of `DAV:acl`: the owner's protected one, then what is denied, then what is granted, so that reading them
 * in order gives the verdict of `decide` (RFC 3744 5.5, 6). Entries that no privilege can express are left out.
 */
export function acesOf(grants: readonly Grant[], owner: PrincipalId, on: PrivilegeScope): readonly Ace[] {
  const own: Ace = {
    subject: ofPrincipal(owner),
    grant: true,
    privileges: topPrivileges(ALL_RIGHTS, on),
    protected: true,
  };
  const shown = grants.filter(isShown).map(({ subject, positive, rights }): Ace => ({
    subject,
    grant: positive,
    privileges: topPrivileges(rights, on),
    protected: false,
  }));
  const spoken = shown.filter(({ privileges }) => privileges.length > 0);
  return [own, ...spoken.filter(({ grant }) => !grant), ...spoken.filter(({ grant }) => grant)];
}

const keyOf = (subject: Subject, positive: boolean): string => `${positive ? "+" : "-"}${formatSubject(subject)}`;

/**
 * The access list after the ACL method: what was sent replaces every shown entry; rights and entries that DAV cannot
 * express stay as they were. Protected entries among `sent` are passed over (RFC 3744 8.1).
 */
export function grantsOf(sent: readonly Ace[], before: readonly Grant[], on: PrivilegeScope): readonly Grant[] {
  const after = new Map<string, Grant>();
  const add = (subject: Subject, positive: boolean, rights: RightsMask) => {
    const key = keyOf(subject, positive);
    const sum = union(after.get(key)?.rights ?? NO_RIGHTS, rights);
    if (sum !== NO_RIGHTS) after.set(key, { subject, positive, rights: sum });
  };
  for (const entry of before)
    add(entry.subject, entry.positive, isShown(entry) ? unspoken(entry.rights, on) : entry.rights);
  for (const ace of sent) if (!ace.protected) add(ace.subject, ace.grant, rightsFor(ace.privileges, on));
  return [...after.values()];
}
