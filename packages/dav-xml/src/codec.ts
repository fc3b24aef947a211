import { formatHttpDate, formatIsoDate, parseHttpDate, parseIsoDate } from "./dates.js";
import type { XmlElement } from "./element.js";
import { escapeText } from "./entities.js";
import { malformed, type XmlFault } from "./fault.js";
import { children, only } from "./find.js";
import { type Clark, dav } from "./names.js";
import type { Octets } from "./octet-text.js";
import type { XmlOut } from "./out.js";
import { xmlToString } from "./serialize.js";
import { statusLine } from "./status.js";

/** How a value stands inside an element: `write` fills an open element, `read` takes the element; it throws XmlFault. */
export interface Codec<V> {
  write(out: XmlOut, value: V): void;
  read?(el: XmlElement): V;
  /** The character data, of what is nothing else: then `write` writes it by `out.text`. Long listings are made of it. */
  readonly print?: (value: V) => string;
  /** The same as octets, fit to stand between tags. */
  readonly printOctets?: (value: V) => Octets;
}

/** A codec for what travels both ways. */
export type SymmetricCodec<V> = Codec<V> & Required<Pick<Codec<V>, "read">>;

const HREF = dav("href");

function unreadable(el: XmlElement, wanted: string): XmlFault {
  return malformed(`the content of '${el.name}' is not ${wanted}`);
}

function scalar<V>(
  wanted: string,
  print: (value: V) => string,
  parse: (text: string) => V | undefined,
): SymmetricCodec<V> {
  return {
    write: (out, value) => out.text(print(value)),
    print,
    read(el) {
      const value = parse(el.text.trim());
      if (value === undefined) throw unreadable(el, wanted);
      return value;
    },
  };
}

/** Character data, unchanged. */
export const text: SymmetricCodec<string> = {
  write: (out, value) => out.text(value),
  print: (value) => value,
  read: (el) => el.text,
};

/** A whole decimal number that a double holds exactly. */
export const integer: SymmetricCodec<number> = scalar("a whole number", String, (value) => {
  const number = /^[+-]?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
});

/** Epoch milliseconds as IMF-fixdate (`DAV:getlastmodified`, RFC 4918 15.7). */
export const httpDate: SymmetricCodec<number> = scalar("an HTTP date", formatHttpDate, parseHttpDate);

/** Epoch milliseconds as RFC 3339 in UTC (`DAV:creationdate`, RFC 4918 15.1). */
export const isoDate: SymmetricCodec<number> = scalar("a date and time", formatIsoDate, parseIsoDate);

/** One `DAV:href`, as it stands in the document: an absolute path, percent-encoded (RFC 4918 8.3). */
export const href: SymmetricCodec<string> = {
  write: (out, value) => out.leaf(HREF, value),
  read: (el) => only(el, HREF).text.trim(),
};

/** Any number of `DAV:href`. */
export const hrefs: SymmetricCodec<readonly string[]> = {
  write: (out, values) => {
    for (const value of values) out.leaf(HREF, value);
  },
  read: (el) => children(el, HREF).map((each) => each.text.trim()),
};

/** Any number of empty elements, such as `DAV:resourcetype` or a list of property names. */
export const names: SymmetricCodec<readonly Clark[]> = {
  write: (out, values) => {
    for (const value of values) out.leaf(value);
  },
  read: (el) => el.children.map((each) => each.name),
};

/** Nothing: the element itself says all. */
export const empty: SymmetricCodec<void> = {
  write: () => undefined,
  read: () => undefined,
};

/** Trusted markup that declares its own namespaces; mixed content is kept (RFC 4918 4.3). */
export const raw: SymmetricCodec<string> = {
  write: (out, value) => out.raw(value),
  read: (el) =>
    el.content.map((piece) => (typeof piece === "string" ? escapeText(piece) : xmlToString(piece))).join(""),
};

/** A status code as a status line (`DAV:status`, RFC 4918 14.28). */
export const status: SymmetricCodec<number> = scalar("a status line", statusLine, (value) => {
  const code = /^HTTP\/\d\.\d (\d{3})(?: |$)/.exec(value)?.[1];
  return code === undefined ? undefined : Number(code);
});
