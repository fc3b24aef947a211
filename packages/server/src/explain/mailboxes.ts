import { decide, type Asker, type Grant, grantOf, type Membership, type Verdict } from "@kalends/acl";
import type { Target } from "@kalends/dav-core";
import { type CollectionId, type Database, type GrantRow, grantsOf, type PrincipalId } from "@kalends/store";
import type { Reached } from "./reach.js";

/** A mailbox or home whose entries decide about a request. */
export interface Judged {
  readonly id: CollectionId;
  readonly owner: PrincipalId;
  /** As commands name it: `~ann@mail.example/Team`; a home is `~ann@mail.example`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly verdict: Verdict;
}

/** The two collections that needs speak of. Null for what has no entries: principals, the root, names in no home. */
export interface Sides {
  readonly self: Judged | null;
  readonly parent: Judged | null;
}

type Place = Pick<Judged, "id" | "owner" | "name">;

/** Which collections stand behind `self` and `parent` of a target: a member's are both the collection around it. */
export function placesOf(target: Target): { readonly self: Place | null; readonly parent: Place | null } {
  const around = target.mapped ? target.resource : target.parent;
  if (around === null || !("collection" in around)) return { self: null, parent: null };
  const { id, owner, binding } = around.collection;
  const home = `~${owner.login}@${owner.domain}`;
  const place: Place = { id, owner: owner.id, name: binding ? `${home}/${binding.slug}` : home };
  if (!target.mapped) return { self: null, parent: place };
  if (around.rows === "member") return { self: place, parent: place };
  return { self: place, parent: binding ? { id: binding.home, owner: owner.id, name: home } : null };
}

/** Reads the entries behind what was reached and judges them in code; two statements for all. */
export async function judgeAll(
  reached: readonly Reached[],
  by: Asker | null,
  memberships: readonly Membership[],
  db: Database,
): Promise<readonly Sides[]> {
  const places = reached.map(({ target }) => placesOf(target));
  const ids = places.flatMap(({ self, parent }) => [self, parent].flatMap((place) => place?.id ?? []));
  const rows = await db.rows<GrantRow>(grantsOf([...new Set(ids)]));
  const judged = (place: Place | null): Judged | null => {
    if (!place) return null;
    const grants = rows.filter(({ collection }) => collection === place.id).flatMap((row) => grantOf(row) ?? []);
    return { ...place, grants, verdict: decide(place.owner, by, memberships, grants) };
  };
  return places.map(({ self, parent }) => ({ self: judged(self), parent: judged(parent) }));
}
