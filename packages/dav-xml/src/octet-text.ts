import { escapeText } from "./entities.js";

declare const OCTETS: unique symbol;

/**
 * Text in UTF-8 as a string of one character for each octet: what is only copied is neither decoded nor encoded, and is
 * searched and joined as quickly as ASCII.
 */
export type Octets = string & { readonly [OCTETS]: true };

const NOT_ASCII = /[^\x00-\x7f]/;

/** The octets in a piece of memory, which may change afterwards. */
export const octetsIn = ({ buffer, byteOffset, byteLength }: Uint8Array): Octets =>
  Buffer.from(buffer, byteOffset, byteLength).toString("latin1") as Octets;

/** A text as its octets. */
export const octetsOf = (text: string): Octets =>
  (NOT_ASCII.test(text) ? Buffer.from(text).toString("latin1") : text) as Octets;

/** The text that octets stand for. */
export const textOf = (octets: Octets): string =>
  NOT_ASCII.test(octets) ? Buffer.from(octets, "latin1").toString() : octets;

// What `escapeText` changes; U+FFFE and U+FFFF begin with these octets.
const ATTENTION = /[^\t\n !-%'-;=?-\xff]/;
const NEAR_THE_END = "\xef\xbf";

/** What `escapeText` makes of a text, of octets for octets. */
export const escapeOctets = (octets: Octets): Octets =>
  ATTENTION.test(octets) || octets.includes(NEAR_THE_END) ? octetsOf(escapeText(textOf(octets))) : octets;

const NOT_PLAIN = /[^\t\n !-%'-;=?-\x7f]/;

/** What `escapeText` makes of a text, as octets. */
export const escapedOctets = (text: string): Octets =>
  (NOT_PLAIN.test(text) ? octetsOf(escapeText(text)) : text) as Octets;
