// Character classes of XML 1.0 (5th edition) and Namespaces in XML 1.0, as sources for regular expressions with the u flag.

const NAME_START =
  "A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F" +
  "\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}";
const NAME_REST = `${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040`;

/** A name with no colon (NCName). */
export const NCNAME = `[${NAME_START}][${NAME_REST}]*`;

/** A name with at most one colon (QName). */
export const QNAME = `${NCNAME}(?::${NCNAME})?`;

/** White space inside markup. */
export const SPACE = "[ \\t\\n]";

const LEGAL = "\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}";

/** One character that XML 1.0 forbids everywhere, lone surrogates included. */
export const ILLEGAL = new RegExp(`[^${LEGAL}]`, "u");

/** Everything that has to be replaced or dropped in text between tags. */
export const SPECIAL_IN_TEXT = new RegExp(`[&<>\\r]|[^${LEGAL}]`, "gu");

/** Everything that has to be replaced or dropped in an attribute between double quotes. */
export const SPECIAL_IN_ATTRIBUTE = new RegExp(`[&<>"\\t\\n\\r]|[^${LEGAL}]`, "gu");

/** True when a numeric reference may stand for this code point (XML 1.0 2.2). */
export function isLegal(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
