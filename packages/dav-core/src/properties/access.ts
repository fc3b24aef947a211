import {
  type Ace,
  acesOf,
  currentPrivileges,
  type Grant,
  grantOf,
  limitedOn,
  maskOf,
  type Privilege,
  privilegeTree,
  type RightsMask,
  scopeOf,
} from "@kalends/acl";
import { type Clark, dav, hrefs, XML_LANG, type XmlOut } from "@kalends/dav-xml";
import { type CollectionId, type GrantRow, type PrincipalId, type ReadTx, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { property } from "../property.js";
import type { CollectionRow, PrincipalKind, PrincipalName, Resource } from "../resource.js";

function privilege(out: XmlOut, name: Clark): void {
  out.open(dav("privilege"));
  out.leaf(name);
  out.close();
}

function supported(out: XmlOut, { name, description, contains }: Privilege): void {
  out.open(dav("supported-privilege"));
  privilege(out, name);
  out.leaf(dav("description"), description, { [XML_LANG]: "en" });
  for (const inner of contains) supported(out, inner);
  out.close();
}

export const supportedPrivilegeSet = property<Privilege>({
  name: dav("supported-privilege-set"),
  spec: "RFC 3744 5.3",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: (at) => privilegeTree(scopeOf(at.kind)) },
  codec: { write: supported },
});

const READER = maskOf("l", "r");
const SELF = maskOf("l", "r", "w");

function rightsHeld(at: Resource, cx: Exchange): RightsMask {
  if ("collection" in at) return at.collection.rights;
  const isMaster = at.rows === "principal" && (at.principal.id === cx.by?.id || cx.by?.isAdmin === true);
  return limitedOn(isMaster ? SELF : READER, cx.by?.limit ?? null);
}

export const currentUserPrivilegeSet = property<readonly Clark[]>({
  name: dav("current-user-privilege-set"),
  spec: "RFC 3744 5.4",
  on: ["*"],
  allprop: false,
  needs: "l",
  source: { from: "row", value: (at, cx) => currentPrivileges(rightsHeld(at, cx), scopeOf(at.kind)) },
  codec: {
    write(out, names) {
      for (const name of names) privilege(out, name);
    },
  },
});

/** An entry with what it is written with: the href of a principal, or everybody of a sort; `inherited` is where it is set. */
interface ShownAce {
  readonly ace: Ace;
  readonly principal: { readonly href: string } | "all" | "authenticated" | "unauthenticated";
  readonly inherited: string | null;
}

function writeAce(out: XmlOut, { ace, principal, inherited }: ShownAce): void {
  out.open(dav("ace"));
  out.open(dav("principal"));
  if (typeof principal === "string") out.leaf(dav(principal));
  else out.leaf(dav("href"), principal.href);
  out.close();
  out.open(dav(ace.grant ? "grant" : "deny"));
  for (const name of ace.privileges) privilege(out, name);
  out.close();
  if (ace.protected) out.leaf(dav("protected"));
  if (inherited !== null) {
    out.open(dav("inherited"));
    out.leaf(dav("href"), inherited);
    out.close();
  }
  out.close();
}

interface AclRow extends GrantRow {
  readonly kind: PrincipalKind | null;
  readonly login: string | null;
  readonly domain: string | null;
}

type Names = ReadonlyMap<PrincipalId, PrincipalName>;

/** The entries of some collections, with the names of the principals in them; one statement. */
async function readGrants(collections: readonly CollectionId[], tx: ReadTx) {
  const rows = await tx.rows<AclRow>(sql`
    select entry.collection_id as collection, entry.subject, entry.positive, entry.rights, p.kind, p.login, d.name as domain
    from grant_entry entry
      left join principal p on p.id = case when entry.subject like 'p:%' then substr(entry.subject, 3)::bigint end
      left join domain d on d.id = p.domain_id
    where entry.collection_id = any(${collections}::bigint[])
    order by entry.collection_id, entry.positive, entry.subject`);
  const grants = new Map<CollectionId, Grant[]>();
  const names = new Map<PrincipalId, PrincipalName>();
  for (const row of rows) {
    const grant = grantOf(row);
    if (!grant) continue;
    grants.set(row.collection, [...(grants.get(row.collection) ?? []), grant]);
    const { kind, login, domain } = row;
    if (grant.subject.type === "principal" && kind && login !== null && domain !== null) {
      names.set(grant.subject.id, { kind, login, domain });
    }
  }
  return { grants, names };
}

const collectionOf = (at: Resource): CollectionRow | undefined => ("collection" in at ? at.collection : undefined);

/** Where the entries of what has none of its own are set. */
function inheritedFrom(at: Resource): string | null {
  if (at.rows === "file") return at.path === "" ? null : at.root;
  return at.rows === "member" ? at.href.slice(0, at.href.lastIndexOf("/") + 1) : null;
}

const saysTheSame = (one: Ace, other: Ace): boolean =>
  one.grant === other.grant && one.privileges.join() === other.privileges.join();

/** Accounts and requests without sign-in together are `DAV:all`, where an entry says the same of both (RFC 3744 5.5.1). */
function shownAs(ace: Ace, all: readonly Ace[], known: Names, cx: Exchange): ShownAce["principal"] | null {
  const isTwin = (type: Ace["subject"]["type"]) =>
    all.some((each) => each.subject.type === type && saysTheSame(each, ace));
  switch (ace.subject.type) {
    case "anyone":
      return isTwin("anonymous") ? "all" : "authenticated";
    case "anonymous":
      return isTwin("anyone") ? null : "unauthenticated";
    case "principal": {
      const who = known.get(ace.subject.id);
      return who ? { href: cx.links.principal(who) } : null;
    }
    case "domain":
    case "public":
      return null;
  }
}

function shownAces(at: Resource, collection: CollectionRow, grants: readonly Grant[], names: Names, cx: Exchange) {
  const inherited = inheritedFrom(at);
  const known = new Map(names).set(collection.owner.id, collection.owner);
  const all = acesOf(grants, collection.owner.id, scopeOf(at.kind));
  return all.flatMap((ace): readonly ShownAce[] => {
    const principal = shownAs(ace, all, known, cx);
    return principal === null ? [] : [{ ace, principal, inherited }];
  });
}

export const acl = property<readonly ShownAce[]>({
  name: dav("acl"),
  spec: "RFC 3744 5.5",
  on: ["*collection", "*member", "*file"],
  allprop: false,
  needs: "a",
  source: {
    from: "batch",
    async load(resources, tx, cx) {
      const ids = [...new Set(resources.flatMap((at) => collectionOf(at)?.id ?? []))];
      const { grants, names } = await readGrants(ids, tx);
      const shown = new Map<string, readonly ShownAce[]>();
      for (const at of resources) {
        const collection = collectionOf(at);
        if (collection) shown.set(at.href, shownAces(at, collection, grants.get(collection.id) ?? [], names, cx));
      }
      return shown;
    },
  },
  codec: {
    write(out, aces) {
      for (const ace of aces) writeAce(out, ace);
    },
  },
});

/** Inverted principals have no form in mailbox rights; denials come first, as `DAV:acl` shows them. */
export const aclRestrictions = property<readonly Clark[]>({
  name: dav("acl-restrictions"),
  spec: "RFC 3744 5.6",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: () => [dav("no-invert"), dav("deny-before-grant")] },
  codec: {
    write(out, names) {
      for (const name of names) out.leaf(name);
    },
  },
});

export const inheritedAclSet = property<readonly string[]>({
  name: dav("inherited-acl-set"),
  spec: "RFC 3744 5.7",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: () => [] },
  codec: hrefs,
});

export const accessProperties = [
  supportedPrivilegeSet,
  currentUserPrivilegeSet,
  acl,
  aclRestrictions,
  inheritedAclSet,
] as const;
