import { isLegal, SPECIAL_IN_ATTRIBUTE, SPECIAL_IN_TEXT } from "./characters.js";
import { malformed } from "./fault.js";

const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

// Longest reference worth reading: "#x10FFFF" with room for leading zeros.
const LONGEST = 16;

const NUMERIC = /^#(?:x[0-9a-fA-F]+|[0-9]+)$/;

/**
 * Replaces the five named and all numeric references, exactly once (XML 1.0 4.1, 4.6).
 * Throws XmlFault for a bare `&`, an undefined entity or a reference to an illegal character.
 */
export function decodeReferences(source: string): string {
  let at = source.indexOf("&");
  if (at < 0) return source;
  let decoded = "";
  let done = 0;
  while (at >= 0) {
    const end = source.indexOf(";", at + 1);
    if (end < 0 || end > at + LONGEST) throw malformed("'&' does not begin a reference");
    decoded += source.slice(done, at) + resolve(source.slice(at + 1, end));
    done = end + 1;
    at = source.indexOf("&", done);
  }
  return decoded + source.slice(done);
}

function resolve(reference: string): string {
  if (reference.charCodeAt(0) === 35) return numeric(reference);
  const named = NAMED.get(reference);
  if (named !== undefined) return named;
  if (/[^\w.:-]/.test(reference)) throw malformed("'&' does not begin a reference");
  throw malformed(`the entity '&${reference};' is not defined`);
}

function numeric(reference: string): string {
  if (!NUMERIC.test(reference)) throw malformed("a numeric reference is not proper");
  const digits = reference.slice(1);
  const code = Number(digits.startsWith("x") ? `0${digits}` : digits);
  if (!isLegal(code)) throw malformed(`'&${reference};' refers to a character that XML forbids`);
  return String.fromCodePoint(code);
}

const TEXT: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ["\r", "&#13;"],
]);

const ATTRIBUTE: ReadonlyMap<string, string> = new Map([...TEXT, ['"', "&quot;"], ["\n", "&#10;"], ["\t", "&#9;"]]);

// Anything outside the harmless characters of the basic plane; surrogates take the careful path.
const TEXT_ATTENTION = /[^\t\n !-%'-;=?-\uD7FF\uE000-\uFFFD]/;
const ATTRIBUTE_ATTENTION = /[^ !#-%'-;=?-\uD7FF\uE000-\uFFFD]/;

/** Text fit to stand between tags. `>` is always escaped, hence also `]]>`; CR survives as `&#13;`; illegal characters are dropped. */
export function escapeText(value: string): string {
  if (!TEXT_ATTENTION.test(value)) return value;
  return value.replace(SPECIAL_IN_TEXT, (character) => TEXT.get(character) ?? "");
}

/** Text fit to stand between double quotes; tab and line ends survive as references (XML 1.0 3.3.3). */
export function escapeAttribute(value: string): string {
  if (!ATTRIBUTE_ATTENTION.test(value)) return value;
  return value.replace(SPECIAL_IN_ATTRIBUTE, (character) => ATTRIBUTE.get(character) ?? "");
}
