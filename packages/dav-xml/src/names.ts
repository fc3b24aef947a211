import { NCNAME } from "./characters.js";
import { malformed } from "./fault.js";

/** A qualified name in Clark notation: `{namespace}local`. The empty namespace is legal: `{}local`. */
export type Clark = `{${string}}${string}`;

export const DAV_NS = "DAV:";
export const CALDAV_NS = "urn:ietf:params:xml:ns:caldav";
export const CARDDAV_NS = "urn:ietf:params:xml:ns:carddav";
export const CALENDARSERVER_NS = "http://calendarserver.org/ns/";
export const APPLE_ICAL_NS = "http://apple.com/ns/ical/";
export const ME_NS = "http://me.com/_namespace/";
export const XML_NS = "http://www.w3.org/XML/1998/namespace";
export const XMLNS_NS = "http://www.w3.org/2000/xmlns/";

/** The attribute that names the language of an element and its content (RFC 4918 4.3). */
export const XML_LANG: Clark = `{${XML_NS}}lang`;

/** Namespace to the prefix the writer always uses for it. */
export const PREFIXES: ReadonlyMap<string, string> = new Map([
  [DAV_NS, "D"],
  [CALDAV_NS, "C"],
  [CARDDAV_NS, "CR"],
  [CALENDARSERVER_NS, "CS"],
  [APPLE_ICAL_NS, "A"],
  [ME_NS, "ME"],
]);

/** A name of WebDAV and its extensions (RFC 4918 and others). */
export function dav<L extends string>(local: L): `{DAV:}${L}` {
  return `{${DAV_NS}}${local}`;
}

/** A name of CalDAV (RFC 4791, 6638, 7809). */
export function cal<L extends string>(local: L): `{urn:ietf:params:xml:ns:caldav}${L}` {
  return `{${CALDAV_NS}}${local}`;
}

/** A name of CardDAV (RFC 6352). */
export function carddav<L extends string>(local: L): `{urn:ietf:params:xml:ns:carddav}${L}` {
  return `{${CARDDAV_NS}}${local}`;
}

/** A name of the CalendarServer extensions: ctag, sharing, proxies, notifications. */
export function cs<L extends string>(local: L): `{http://calendarserver.org/ns/}${L}` {
  return `{${CALENDARSERVER_NS}}${local}`;
}

/** A name of Apple's calendar properties: colour and order. */
export function ical<L extends string>(local: L): `{http://apple.com/ns/ical/}${L}` {
  return `{${APPLE_ICAL_NS}}${local}`;
}

/** A name of the me.com properties. */
export function me<L extends string>(local: L): `{http://me.com/_namespace/}${L}` {
  return `{${ME_NS}}${local}`;
}

/** Makes the Clark name of any namespace; pass "" for none. */
export function clark(ns: string, local: string): Clark {
  return `{${ns}}${local}`;
}

const LOCAL = new RegExp(`^${NCNAME}$`, "u");

/**
 * The Clark name of a namespace and a local name that came as values, so that it can be written as an element again.
 * Throws XmlFault when no element can have that name (Namespaces in XML 1.0).
 */
export function clarkOfValues(ns: string, local: string): Clark {
  if (!LOCAL.test(local) || ns === XMLNS_NS) throw malformed("no element can have the name that an attribute gives");
  return clark(ns, local);
}

/** Takes a Clark name apart. A local name holds no brace, so the last one closes the namespace. */
export function split(name: Clark): { readonly ns: string; readonly local: string } {
  const end = name.lastIndexOf("}");
  return { ns: name.slice(1, end), local: name.slice(end + 1) };
}
