import { ALL_RIGHTS, has, type Held, limitedOn, maskOf, NO_RIGHTS, type RightsMask } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { memberHref } from "../hrefs.js";
import type { Address } from "../paths/address.js";
import { encodeSegment } from "../paths/segments.js";
import { aroundMember } from "../privacy/sight.js";
import type { MemberRow, Resource, Target } from "../resource.js";
import { type PrincipalRecord, principalRow } from "../rows/principal-row.js";
import { type Asked, checkOwner, checkService, checkSignIn } from "./account.js";
import { askAnyHome } from "./any-home.js";
import { resolveArea } from "./area.js";
import { askLent } from "./lent.js";
import { askOwnHome, beginsWithOwn, noteLent } from "./own-home.js";
import { noteFound } from "./presumed.js";
import type { Resolved } from "./resolved.js";
import type { Mailbox, Place, Said } from "./said.js";
import { askerStatement, principalStatement } from "./statement.js";

export interface ResolveOptions {
  /** A free name belongs in the default calendar, where the path has the short form; else in the home, as new calendars do. */
  readonly shortForm?: boolean;
}

type CollectionResource = Extract<Resource, { rows: "collection" }>;

const VISIBLE = maskOf("l", "r");
const nothingHeld: Held = Object.freeze({ self: null, parent: NO_RIGHTS });

/**
 * Finds what a path means, with one statement as a rule. Throws `StaleSignIn` when the sign-in is no longer
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

/** One statement for nearly everything; a second one where the first did not find what it is for. */
async function said(address: Mailbox, cx: Exchange, shortForm: boolean): Promise<Said | undefined> {
  const first = beginsWithOwn(address, cx) ? askOwnHome : askLent;
  const told = (await first(address, cx, shortForm)) ?? (await askAnyHome(address, cx, shortForm));
  noteLent(address, told?.place ?? null, cx);
  if (told) noteFound(address, told, cx);
  return told;
}

async function resolveMailbox(
  address: Mailbox,
  cx: Exchange,
  registry: Registry,
  shortForm: boolean,
): Promise<Resolved> {
  const told = await said(address, cx, shortForm);
  checkSignIn(told, cx);
  if (told?.asker) checkService(told.asker);
  const resolved = told?.place ? inPlace(told.place, told.above, registry) : unmappedIn(address, told);
  const { self, parent } = resolved.held;
  if (told?.account && ((self ?? NO_RIGHTS) | parent) !== NO_RIGHTS) checkOwner(told.account, cx);
  return resolved;
}

const heldOn = (self: RightsMask | null, parent: RightsMask): Held => ({ self, parent });

/** The mapped resource, or the free name in the collection that was found. */
function inPlace({ candidate, collection, member }: Place, above: RightsMask, registry: Registry): Resolved {
  const { href, member: name } = candidate;
  const { rights } = collection;
  const around: CollectionResource = { rows: "collection", kind: collection.kind, href, collection };
  if (name === null) return { target: { mapped: true, resource: around }, held: heldOn(rights, above) };
  const kind = registry.kind(collection.kind).members;
  const inside = memberHref(href, name);
  if (member === null || kind === undefined) {
    return { target: { mapped: false, href: inside, parent: around, name }, held: heldOn(null, rights) };
  }
  // What is seen in part can only be read, so that nothing unseen is overwritten or removed.
  const own = aroundMember(collection, member);
  const shown = readable(member, own.rights);
  const resource: Resource = { rows: "member", kind, href: inside, collection: own, name, member: shown };
  return { target: { mapped: true, resource }, held: heldOn(own.rights, own.rights) };
}

/** Without the text for those who may not read it. */
function readable(member: MemberRow, rights: RightsMask): MemberRow {
  if (member.data === undefined || has(rights, "r")) return member;
  const { data: _, ...state } = member;
  return state;
}

/** The home itself, a free name in it, or a path whose parent does not exist. */
function unmappedIn(address: Mailbox, told: Said | undefined): Resolved {
  const { names, slash, account } = address;
  const collection = told?.home ?? null;
  const home: CollectionResource | null = collection && {
    rows: "collection",
    kind: collection.kind,
    href: address.home,
    collection,
  };
  if (home && names.length === 0 && account !== null) {
    return { target: { mapped: true, resource: home }, held: heldOn(home.collection.rights, NO_RIGHTS) };
  }
  const parent = names.length === 1 ? home : null;
  const href = `${address.home}${names.map(encodeSegment).join("/")}${slash && names.length > 0 ? "/" : ""}`;
  const target: Target = { mapped: false, href, parent, name: names.at(-1) ?? "" };
  return { target, held: heldOn(null, parent?.collection.rights ?? NO_RIGHTS) };
}
