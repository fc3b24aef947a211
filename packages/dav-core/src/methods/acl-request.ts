import { type Clark, child, children, dav, type XmlElement } from "@kalends/dav-xml";
import { refuseStatus } from "../refusal.js";

/** Whom an entry is for, as the body says it (RFC 3744 5.5.1). */
export type SentPrincipal =
  | { readonly type: "href"; readonly href: string }
  | { readonly type: "property"; readonly name: Clark }
  | { readonly type: "all" | "authenticated" | "unauthenticated" | "self" };

/** One `DAV:ace` as it was sent, before anything is known about its names. */
export interface SentAce {
  readonly principal: SentPrincipal;
  readonly inverted: boolean;
  readonly grant: boolean;
  readonly privileges: readonly Clark[];
  readonly protected: boolean;
  readonly inherited: boolean;
}

const WORDS = ["all", "authenticated", "unauthenticated", "self"] as const;

function single(elements: readonly XmlElement[], note: string): XmlElement {
  const [first, second] = elements;
  return first && !second ? first : refuseStatus(400, note);
}

/** Elements of these names; others are of some extension and mean nothing (RFC 4918 17). */
const among = (el: XmlElement, ...locals: readonly string[]): readonly XmlElement[] =>
  el.children.filter(({ name }) => locals.some((local) => name === dav(local)));

function principalOf(el: XmlElement): SentPrincipal {
  const who = single(among(el, "href", "property", ...WORDS), "A principal is one of href, property, all and its kin.");
  if (who.name === dav("href")) return { type: "href", href: who.text.trim() };
  if (who.name === dav("property")) {
    return { type: "property", name: single(who.children, "A property principal names one property.").name };
  }
  const type = WORDS.find((word) => who.name === dav(word));
  return { type: type ?? "self" };
}

function privilegesOf(el: XmlElement): readonly Clark[] {
  const names = children(el, dav("privilege")).map(
    (privilege) => single(privilege.children, "Each privilege element holds one privilege.").name,
  );
  return names.length > 0 ? names : refuseStatus(400, "An entry grants or denies at least one privilege.");
}

function aceOf(el: XmlElement): SentAce {
  const invert = child(el, dav("invert"));
  const around = single(among(el, "principal", "invert"), "An entry has one principal.");
  const principal = invert ? single(children(invert, dav("principal")), "invert holds one principal.") : around;
  const sign = single(among(el, "grant", "deny"), "An entry either grants or denies.");
  return {
    principal: principalOf(principal),
    inverted: invert !== undefined,
    grant: sign.name === dav("grant"),
    privileges: privilegesOf(sign),
    protected: child(el, dav("protected")) !== undefined,
    inherited: child(el, dav("inherited")) !== undefined,
  };
}

/** The body of ACL: one `DAV:acl`, empty or not. Refuses with 400 what is not made as RFC 3744 8.1 and 5.5 say. */
export function decodeAcl(root: XmlElement | null): readonly SentAce[] {
  if (root?.name !== dav("acl")) return refuseStatus(400, "The body of ACL is DAV:acl.");
  return children(root, dav("ace")).map(aceOf);
}
