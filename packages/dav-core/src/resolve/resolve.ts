import { ALL_RIGHTS, type Held, limitedOn, maskOf, NO_RIGHTS, type RightsMask, rightsMask } from "@kalends/acl";
import { ServiceSwitchedOff } from "../conditions.js";
import type { Exchange, Requester } from "../exchange.js";
import type { Registry } from "../extension.js";
import { memberHref } from "../hrefs.js";
import type { Address } from "../paths/address.js";
import { encodeSegment } from "../paths/segments.js";
import { aroundMember, sightOf } from "../privacy/sight.js";
import { refuse } from "../refusal.js";
import type { CollectionRow, Lock, Resource, Target } from "../resource.js";
import { type CollectionRecord, collectionRow } from "../rows/collection-row.js";
import { type PrincipalRecord, principalRow } from "../rows/principal-row.js";
import { askerStatement, mailboxStatement, principalStatement, readMember } from "./statement.js";

/** The sign-in is void: the server looks at the credentials again, or asks for others (401). */
export class StaleSignIn extends Error {
  override readonly name = "StaleSignIn";
  constructor(readonly requester: Requester) {
    super(`the sign-in of ${requester.login}@${requester.domain} is no longer good`);
  }
}

/** What a path means, and the rights the asker holds on it and around it. */
export interface Resolved {
  readonly target: Target;
  readonly held: Held;
}

export interface ResolveOptions {
  /** A free name belongs in the default calendar, where the path has the short form; else in the home, as new calendars do. */
  readonly shortForm?: boolean;
}

/** The service that every mailbox path belongs to, by its name among the switches of accounts and domains. */
export const WEBCAL = "webcal";

type Switches = Readonly<Record<string, unknown>>;
interface Account {
  readonly id: number;
  readonly enabled: boolean;
  readonly services: Switches;
  readonly domain_services: Switches;
}
interface Asked {
  readonly asker: (Account & { readonly epoch: number }) | null;
}
/** As JSON gives it: times as text. */
type CollectionJson = Omit<CollectionRecord, "created_at" | "modified_at"> & {
  readonly created_at: string;
  readonly modified_at: string;
  /** Only of what was found, and only where the request may write. */
  readonly locks?: readonly Lock[] | null;
};
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
 * good, refuses with 403 where the calendar service is switched off for the asker or the owner.
 */
export async function resolve(
  address: Address,
  cx: Exchange,
  registry: Registry,
  { shortForm = !cx.verb.startsWith("MK") }: ResolveOptions = {},
): Promise<Resolved> {
  if (address.at === "mailbox") return resolveMailbox(address, cx, registry, shortForm);
  if (address.at === "principal") return resolvePrincipal(address, cx);
  if (cx.by !== null) checkSignIn(await cx.services.db.one<Asked>(askerStatement(cx.by.id)), cx);
  if (address.at === "nowhere") {
    return { target: { mapped: false, href: address.href, parent: null, name: "" }, held: nothingHeld };
  }
  const resource: Resource = { rows: "virtual", kind: address.at, href: address.href };
  const isOpen = cx.by !== null || address.at === "root";
  return { target: { mapped: true, resource }, held: { self: isOpen ? VISIBLE : NO_RIGHTS, parent: NO_RIGHTS } };
}

function checkSignIn(row: Asked | undefined, { by }: Exchange): void {
  if (by === null) return;
  const asker = row?.asker;
  if (!asker?.enabled || asker.epoch !== by.epoch) throw new StaleSignIn(by);
}

function checkService({ services, domain_services }: Account): void {
  if (services[WEBCAL] === false)
    refuse(
      ServiceSwitchedOff,
      { service: WEBCAL, of: "account" },
      "The calendar service is switched off for this account.",
    );
  if (domain_services[WEBCAL] === false)
    refuse(
      ServiceSwitchedOff,
      { service: WEBCAL, of: "domain" },
      "The calendar service is switched off for this domain.",
    );
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
  if (row?.account && ((self ?? NO_RIGHTS) | parent) !== NO_RIGHTS) checkOwner(row.account);
  return resolved;
}

function checkOwner(account: Account): void {
  checkService(account);
  if (!account.enabled)
    refuse(ServiceSwitchedOff, { service: "account", of: "account" }, "The account of the owner is switched off.");
}

function collectionOf(json: CollectionJson): CollectionRow {
  const { created_at, modified_at, locks } = json;
  const row = collectionRow({ ...json, created_at: Date.parse(created_at), modified_at: Date.parse(modified_at) });
  return locks ? { ...row, locks } : row;
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
