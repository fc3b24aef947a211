import { ALL_RIGHTS, type Held, limitedOn, maskOf, NO_RIGHTS, type RightsMask, rightsMask } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { memberHref } from "../hrefs.js";
import type { Address } from "../paths/address.js";
import { encodeSegment } from "../paths/segments.js";
import { aroundMember, sightOf } from "../privacy/sight.js";
import type { Resource, Target } from "../resource.js";
import { type PrincipalRecord, principalRow } from "../rows/principal-row.js";
import {
  type Account,
  type Asked,
  checkOwner,
  checkService,
  checkSignIn,
  type CollectionJson,
  collectionOf,
} from "./account.js";
import { resolveArea } from "./area.js";
import type { Resolved } from "./resolved.js";
import { askerStatement, mailboxStatement, principalStatement, readMember } from "./statement.js";

export interface ResolveOptions {
  /** A free name belongs in the default calendar, where the path has the short form; else in the home, as new calendars do. */
  readonly shortForm?: boolean;
}

interface MailboxRow extends Asked {
  readonly account: (Account & { readonly home_id: number | null }) | null;
  readonly home: CollectionJson | null;
  readonly found: CollectionJson | null;
  readonly place: {
    readonly rank: number;
    readonly member: string | null;
    readonly cells: readonly unknown[] | null;
  } | null;
  readonly sees_child: boolean;
}

type Mailbox = Extract<Address, { at: "mailbox" }>;
type CollectionResource = Extract<Resource, { rows: "collection" }>;

const VISIBLE = maskOf("l", "r");
const nothingHeld: Held = Object.freeze({ self: null, parent: NO_RIGHTS });

/**
 * Finds what a path means, with one statement and never a second. Throws `StaleSignIn` when the sign-in is no longer
 * good, refuses with 403 where the service is switched off for the asker or the owner.
 */
export async function resolve(
  address: Address,
  cx: Exchange,
  registry: Registry,
  { shortForm = !cx.verb.startsWith("MK") }: ResolveOptions = {},
): Promise<Resolved> {
  if (address.at === "mailbox") return resolveMailbox(address, cx, registry, shortForm);
  if (address.at === "area") return resolveArea(address, cx);
  if (address.at === "principal") return resolvePrincipal(address, cx);
  if (cx.by !== null) checkSignIn(await cx.services.db.one<Asked>(askerStatement(cx.by.id)), cx);
  if (address.at === "nowhere") {
    return { target: { mapped: false, href: address.href, parent: null, name: "" }, held: nothingHeld };
  }
  const resource: Resource = { rows: "virtual", kind: address.at, href: address.href };
  const isOpen = cx.by !== null || address.at === "root";
  return { target: { mapped: true, resource }, held: { self: isOpen ? VISIBLE : NO_RIGHTS, parent: NO_RIGHTS } };
}

async function resolvePrincipal(address: Extract<Address, { at: "principal" }>, cx: Exchange): Promise<Resolved> {
  const row = await cx.services.db.one<Asked & { principal: PrincipalRecord | null }>(principalStatement(address, cx));
  checkSignIn(row, cx);
  const { href } = address;
  if (!row?.principal) return { target: { mapped: false, href, parent: null, name: "" }, held: nothingHeld };
  const principal = principalRow(row.principal);
  const self = limitedOn(principal.id === cx.by?.id ? ALL_RIGHTS : VISIBLE, cx.by?.limit ?? null);
  const resource: Resource = { rows: "principal", kind: "principal", href, principal };
  return { target: { mapped: true, resource }, held: { self, parent: NO_RIGHTS } };
}

async function resolveMailbox(
  address: Mailbox,
  cx: Exchange,
  registry: Registry,
  shortForm: boolean,
): Promise<Resolved> {
  const row = await cx.services.db.one<MailboxRow>(mailboxStatement(address, cx, shortForm));
  checkSignIn(row, cx);
  if (row?.asker) checkService(row.asker);
  const resolved = (row && placeOf(address, row, cx, registry)) ?? unmappedIn(address, row);
  const { self, parent } = resolved.held;
  if (row?.account && ((self ?? NO_RIGHTS) | parent) !== NO_RIGHTS) checkOwner(row.account, cx);
  return resolved;
}

/** The home with what seeing a child adds: one who may look up something in it may open it. */
function homeOf(address: Mailbox, row: MailboxRow): CollectionResource | null {
  if (!row.home) return null;
  const plain = collectionOf(row.home);
  const rights = row.sees_child ? rightsMask(plain.rights | VISIBLE) : plain.rights;
  return { rows: "collection", kind: plain.kind, href: address.home, collection: { ...plain, rights } };
}

const heldOn = (self: RightsMask | null, parent: RightsMask): Held => ({ self, parent });

/** The mapped resource, or the place in a collection that was found; undefined when the home holds nothing so named. */
function placeOf(address: Mailbox, row: MailboxRow, cx: Exchange, registry: Registry): Resolved | undefined {
  const candidate = address.candidates.find(({ rank }) => rank === row.place?.rank);
  if (!row.found || !row.place || !candidate) return undefined;
  const collection = collectionOf(row.found);
  const { href } = candidate;
  const { rights } = collection;
  const around: CollectionResource = { rows: "collection", kind: collection.kind, href, collection };
  const { member: name, cells } = row.place;
  if (name === null) {
    const above = homeOf(address, row)?.collection.rights ?? NO_RIGHTS;
    return { target: { mapped: true, resource: around }, held: heldOn(rights, above) };
  }
  const kind = registry.kind(collection.kind).members;
  const inside = memberHref(href, name);
  const member = cells === null ? null : readMember(cells, sightOf(collection, cx));
  if (member === null || kind === undefined) {
    return { target: { mapped: false, href: inside, parent: around, name }, held: heldOn(null, rights) };
  }
  // What is seen in part can only be read, so that nothing unseen is overwritten or removed.
  const own = aroundMember(collection, member);
  const resource: Resource = { rows: "member", kind, href: inside, collection: own, name, member };
  return { target: { mapped: true, resource }, held: heldOn(own.rights, own.rights) };
}

/** The home itself, a free name in it, or a path whose parent does not exist. */
function unmappedIn(address: Mailbox, row: MailboxRow | undefined): Resolved {
  const { names, slash, account } = address;
  const home = row ? homeOf(address, row) : null;
  if (home && names.length === 0 && account !== null) {
    return { target: { mapped: true, resource: home }, held: heldOn(home.collection.rights, NO_RIGHTS) };
  }
  const parent = names.length === 1 ? home : null;
  const href = `${address.home}${names.map(encodeSegment).join("/")}${slash && names.length > 0 ? "/" : ""}`;
  const target: Target = { mapped: false, href, parent, name: names.at(-1) ?? "" };
  return { target, held: heldOn(null, parent?.collection.rights ?? NO_RIGHTS) };
}
