import type { DomainId, MembershipRow, PrincipalId } from "@kalends/store";
import { ALL_RIGHTS, NO_RIGHTS, type RightsMask, union, without } from "./rights.js";
import { ANONYMOUS, ANYONE, formatSubject, ofDomain, ofPrincipal, PUBLIC, type Subject } from "./subject.js";

/** One line of a collection's access list. */
export interface Grant {
  readonly subject: Subject;
  readonly positive: boolean;
  readonly rights: RightsMask;
}

export type Membership = MembershipRow;

export interface Asker {
  readonly id: PrincipalId;
  readonly domain: DomainId;
}

/** A name somebody goes by. `via` leads from him to a group he is in, nearest group first; empty for all else. */
export interface KnownAs {
  readonly subject: Subject;
  readonly via: readonly PrincipalId[];
}

/** Why a verdict is what it is: being the owner, or one entry that gives or takes. */
export type Reason =
  | { readonly rule: "owner" }
  | {
      readonly rule: "gives" | "takes";
      readonly subject: Subject;
      readonly via: readonly PrincipalId[];
      readonly rights: RightsMask;
    };

export interface Verdict {
  readonly granted: RightsMask;
  /** Empty = no entry speaks of the asker. */
  readonly because: readonly Reason[];
}

/** Everything a principal goes by; null = a request without credentials. Groups nest and may even form loops. */
export function subjectsOf(by: Asker | null, memberships: readonly Membership[]): readonly KnownAs[] {
  if (by === null) return [ANONYMOUS, PUBLIC].map((subject) => ({ subject, via: [] }));
  const groupsOf = grouped(memberships);
  const paths = new Map<PrincipalId, readonly PrincipalId[]>([[by.id, []]]);
  // A map grows while it is walked: each group is visited once, nearest first.
  for (const [id, via] of paths) {
    for (const group of groupsOf.get(id) ?? []) if (!paths.has(group)) paths.set(group, [...via, group]);
  }
  const persons = [...paths].map(([id, via]) => ({ subject: ofPrincipal(id), via }));
  return [...persons, ...[ofDomain(by.domain), ANYONE, PUBLIC].map((subject) => ({ subject, via: [] }))];
}

function grouped(memberships: readonly Membership[]): ReadonlyMap<PrincipalId, readonly PrincipalId[]> {
  const groups = new Map<PrincipalId, PrincipalId[]>();
  for (const { group, member } of memberships) {
    const list = groups.get(member);
    if (list) list.push(group);
    else groups.set(member, [group]);
  }
  return groups;
}

/**
 * The verdict, with reasons: the owner has all; entries for anything the asker goes by are united, and negative ones
 * beat positive ones (RFC 4314 2). `rightsExpression` is the same rule for the database.
 */
export function decide(
  owner: PrincipalId,
  by: Asker | null,
  memberships: readonly Membership[],
  grants: readonly Grant[],
): Verdict {
  if (by !== null && by.id === owner) return { granted: ALL_RIGHTS, because: [{ rule: "owner" }] };
  const known = new Map(subjectsOf(by, memberships).map(({ subject, via }) => [formatSubject(subject), via]));
  const because: Reason[] = [];
  let given = NO_RIGHTS;
  let taken = NO_RIGHTS;
  for (const { subject, positive, rights } of grants) {
    const via = known.get(formatSubject(subject));
    if (via === undefined || rights === NO_RIGHTS) continue;
    because.push({ rule: positive ? "gives" : "takes", subject, via, rights });
    if (positive) given = union(given, rights);
    else taken = union(taken, rights);
  }
  return { granted: without(given, taken), because };
}
