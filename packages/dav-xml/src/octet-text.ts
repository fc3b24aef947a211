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

/** Where texts are turned over: memory of its own for each costs more than the turning. */
const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);
/** No UTF-16 code unit takes more octets. */
const WIDEST = 3;

function turned(text: string, from: "utf8" | "latin1", to: "utf8" | "latin1"): string {
  if (text.length * WIDEST > SCRATCH.length) return Buffer.from(text, from).toString(to);
  return SCRATCH.toString(to, 0, SCRATCH.write(text, from));
}

/** A text as its octets. */
export const octetsOf = (text: string): Octets =>
  (NOT_ASCII.test(text) ? turned(text, "utf8", "latin1") : text) as Octets;

/** The text that octets stand for. */
export const textOf = (octets: Octets): string => (NOT_ASCII.test(octets) ? turned(octets, "latin1", "utf8") : octets);

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
