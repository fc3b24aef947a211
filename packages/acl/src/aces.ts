import type { Clark } from "@kalends/dav-xml";
import type { PrincipalId } from "@kalends/store";
import type { Grant } from "./decide.js";
import type { PrivilegeScope } from "./privilege-tree.js";
import { rightsNamed, shownPrivileges, surplus, unshown, withUnshown } from "./ace-rights.js";
import { ALL_RIGHTS, NO_RIGHTS, type RightsMask } from "./rights.js";
import { formatSubject, ofPrincipal, type Subject } from "./subject.js";

/** One entry of `DAV:acl`. `anyone` is written as `DAV:authenticated`, `anonymous` as `DAV:unauthenticated`. */
export interface Ace {
  readonly subject: Subject;
  readonly grant: boolean;
  readonly privileges: readonly Clark[];
  /** Made by the server; cannot be changed. */
  readonly protected: boolean;
}

/**
 * A domain is no DAV principal, and what the publishing level gives is set elsewhere: such entries are neither shown nor
 * touched by the ACL method (RFC 3744 8.1).
 */
const isShown = ({ subject }: Grant): boolean => subject.type !== "domain" && subject.type !== "public";

/** The owner holds everything whatever entries say, so those for him mean nothing and are not shown. */
const isFor = ({ subject }: Grant, owner: PrincipalId): boolean => subject.type === "principal" && subject.id === owner;

/**
 * The entries of `DAV:acl`: the owner's protected one, then what is denied, then what is granted, so that reading them
 * in order gives the verdict of `decide` (RFC 3744 5.5, 6). Entries that no privilege can express are left out.
 */
export function acesOf(grants: readonly Grant[], owner: PrincipalId, on: PrivilegeScope): readonly Ace[] {
  const own: Ace = {
    subject: ofPrincipal(owner),
    grant: true,
    privileges: shownPrivileges({ grant: true, rights: ALL_RIGHTS }, on),
    protected: true,
  };
  const others = grants.filter((entry) => isShown(entry) && !isFor(entry, owner));
  const shown = others.map(({ subject, positive, rights }): Ace => ({
    subject,
    grant: positive,
    privileges: shownPrivileges({ grant: positive, rights }, on),
    protected: false,
  }));
  const spoken = shown.filter(({ privileges }) => privileges.length > 0);
  return [own, ...spoken.filter(({ grant }) => !grant), ...spoken.filter(({ grant }) => grant)];
}

const keyOf = (subject: Subject, grant: boolean): string => `${grant ? "+" : "-"}${formatSubject(subject)}`;

/** What was sent by subject and sign; privileges of several entries for the same are united. Protected ones are passed over. */
function merged(sent: readonly Ace[]): ReadonlyMap<string, Ace> {
  const found = new Map<string, Ace>();
  for (const ace of sent) {
    if (ace.protected) continue;
    const key = keyOf(ace.subject, ace.grant);
    found.set(key, { ...ace, privileges: [...(found.get(key)?.privileges ?? []), ...ace.privileges] });
  }
  return found;
}

/** What a list would bring beside what it names: a privilege that cannot be had alone, and the entry it comes with. */
export function surplusOf(sent: readonly Ace[], on: PrivilegeScope): readonly Ace[] {
  return [...merged(sent).values()]
    .map((ace) => ({ ...ace, privileges: surplus(ace.privileges, ace.grant, on) }))
    .filter(({ privileges }) => privileges.length > 0);
}

/**
 * The access list after the ACL method: what was sent replaces every shown entry; rights and entries that DAV cannot
 * express stay as they were, and never make more of what was sent. Protected entries are passed over (RFC 3744 8.1).
 */
export function grantsOf(
  sent: readonly Ace[],
  before: readonly Grant[],
  owner: PrincipalId,
  on: PrivilegeScope,
): readonly Grant[] {
  const wanted = merged(sent);
  const after: Grant[] = [];
  const add = (subject: Subject, positive: boolean, rights: RightsMask) => {
    if (rights !== NO_RIGHTS) after.push({ subject, positive, rights });
  };
  const settle = (subject: Subject, grant: boolean, privileges: readonly Clark[], old: RightsMask) => {
    const hidden = unshown({ grant, rights: old }, on);
    add(subject, grant, withUnshown({ grant, rights: rightsNamed(privileges, grant, on) }, hidden, on));
  };
  const known = new Map(before.map((entry) => [keyOf(entry.subject, entry.positive), entry]));
  for (const [key, entry] of known) {
    if (!isShown(entry) || isFor(entry, owner)) add(entry.subject, entry.positive, entry.rights);
    else if (!wanted.has(key)) settle(entry.subject, entry.positive, [], entry.rights);
  }
  for (const [key, { subject, grant, privileges }] of wanted) {
    settle(subject, grant, privileges, known.get(key)?.rights ?? NO_RIGHTS);
  }
  return after;
}
