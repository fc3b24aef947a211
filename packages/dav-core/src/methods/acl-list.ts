import {
  type Ace,
  ANONYMOUS,
  ANYONE,
  isSupported,
  ofPrincipal,
  type PrivilegeScope,
  type Subject,
  scopeOf,
  surplusOf,
} from "@kalends/acl";
import { dav, split } from "@kalends/dav-xml";
import { type PrincipalId, sql } from "@kalends/store";
import {
  AllowedPrincipal,
  DenyBeforeGrant,
  LimitedNumberOfAces,
  NoAceConflict,
  NoInheritedAceConflict,
  NoInvert,
  NoProtectedAceConflict,
  NotSupportedPrivilege,
  RecognizedPrincipal,
} from "../conditions.js";
import type { Exchange } from "../exchange.js";
import { type ConditionDef, Refused, refusalOf, refuse } from "../refusal.js";
import { principalsNamed } from "../resolve/principals-named.js";
import type { Resource } from "../resource.js";
import { decodeAcl, type SentAce, type SentPrincipal } from "./acl-request.js";

/** What has an access list: a collection, or a file area as a whole. */
export type RuledResource = Extract<Resource, { rows: "collection" | "file" }>;

/** The request in the terms of the access list, without what the owner has anyway. */
export interface WantedList {
  readonly aces: readonly Ace[];
  readonly scope: PrivilegeScope;
}

const explained = (def: ConditionDef<void>, description: string): never => {
  throw new Refused({ ...refusalOf(def, undefined), description });
};

function subjectsOf(
  who: SentPrincipal,
  known: ReadonlyMap<string, PrincipalId>,
  owner: PrincipalId,
): readonly Subject[] {
  switch (who.type) {
    case "all":
      return [ANYONE, ANONYMOUS];
    case "authenticated":
      return [ANYONE];
    case "unauthenticated":
      return [ANONYMOUS];
    case "href": {
      const id = known.get(who.href);
      return id === undefined ? explained(RecognizedPrincipal, `${who.href} is nobody known here.`) : [ofPrincipal(id)];
    }
    case "property":
      if (who.name === dav("owner")) return [ofPrincipal(owner)];
      return explained(AllowedPrincipal, "Of the properties, only DAV:owner names somebody here.");
    case "self":
      return explained(AllowedPrincipal, "DAV:self matches on principals only, and this is none.");
  }
}

/** The shape of the list as a whole, before names are looked up. */
function checkShape(sent: readonly SentAce[], on: PrivilegeScope, most: number): void {
  if (sent.some(({ inverted }) => inverted)) refuse(NoInvert, undefined);
  for (const name of sent.flatMap(({ privileges }) => privileges)) {
    if (!isSupported(name, on))
      explained(NotSupportedPrivilege, `${split(name).local} is no privilege of this resource.`);
  }
  const own = sent.filter((ace) => !ace.protected && !ace.inherited);
  if (own.length > most) explained(LimitedNumberOfAces, `At most ${most} entries are kept.`);
  const firstGrant = own.findIndex(({ grant }) => grant);
  if (firstGrant >= 0 && own.slice(firstGrant).some(({ grant }) => !grant)) refuse(DenyBeforeGrant, undefined);
}

/** The owner has everything, for good: saying so is fine, saying otherwise is not (RFC 3744 5.5.3, 8.1.1). */
function checkOwner({ subject, grant, privileges, ...ace }: Ace, owner: PrincipalId): boolean {
  const isOwner = subject.type === "principal" && subject.id === owner;
  const isSame = isOwner && grant && (!ace.protected || privileges.includes(dav("all")));
  if ((isOwner || ace.protected) && !isSame) {
    explained(NoProtectedAceConflict, "The owner has all privileges, and nobody else has any for good.");
  }
  return isOwner;
}

/**
 * What the body asks for. Refuses with the exact precondition of RFC 3744 8.1.1 what cannot become the list as it was
 * sent; takes one statement when it names principals.
 */
export async function wantedList({ kind, collection }: RuledResource, cx: Exchange): Promise<WantedList> {
  const sent = decodeAcl(await cx.xml());
  const scope = scopeOf(kind);
  checkShape(sent, scope, cx.services.limits.aclEntries);
  const hrefs = sent.flatMap(({ principal }) => (principal.type === "href" ? [principal.href] : []));
  const { id: owner } = collection.owner;
  // Whoever stands in the list already is known, so that what was read can be sent back.
  const listed = sql`(p.id = ${owner}::bigint or exists (
    select from grant_entry g where g.collection_id = ${collection.id}::bigint and g.subject = 'p:' || p.id))`;
  const known = await principalsNamed(hrefs, cx, cx.services.db, listed);
  const aces = sent.flatMap((ace) =>
    subjectsOf(ace.principal, known, owner).map((subject): Ace => ({ ...ace, subject, protected: ace.protected })),
  );
  if (sent.some(({ inherited }) => inherited)) refuse(NoInheritedAceConflict, undefined);
  const others = aces.filter((ace) => !checkOwner(ace, owner));
  const [extra] = surplusOf(others, scope);
  if (extra) {
    const names = extra.privileges.map((name) => split(name).local).join(", ");
    explained(NoAceConflict, `This cannot be ${extra.grant ? "granted" : "denied"} without ${names}.`);
  }
  return { aces: others, scope };
}
