import type { XmlElement } from "./element.js";
import { escapeAttribute, escapeText } from "./entities.js";
import { type Clark, dav, XML_LANG } from "./names.js";
import { type Octets, octetsOf, textOf } from "./octet-text.js";
import { prefixTable, ROOT_DECLARATIONS } from "./prefixes.js";

/** Attributes of an element: plain names, or Clark names where the attribute has a namespace. */
export type XmlAttrs = Readonly<Record<string, string>>;

/** Writes elements in document order. Unknown namespaces get a local declaration. */
export interface XmlOut {
  open(name: Clark, attrs?: XmlAttrs): void;
  /** Character data; CR is kept as `&#13;`, characters illegal in XML are dropped. */
  text(value: string): void;
  /** Character data with every line end written as LF, so that clients do not show `&#13;` (RFC 4791 9.6). */
  calendarText(value: string): void;
  /** Markup that carries its own namespace declarations, such as a stored dead property. */
  raw(trusted: string): void;
  /** The same as octets. */
  octets(trusted: Octets): void;
  close(): void;
  /** An element with text or nothing in it. */
  leaf(name: Clark, value?: string, attrs?: XmlAttrs): void;
  /** A parsed element with everything in it, its inherited language included. */
  element(el: XmlElement): void;
}

/** An XmlOut with the text written so far. */
export interface XmlBuffer {
  readonly out: XmlOut;
  /** How many characters `take` would give. */
  size(): number;
  /** Hands over what was written since the last call. */
  take(): string;
  /** Hands it to the sink instead. */
  flush(): void;
  /** How many elements are open. */
  depth(): number;
}

interface Frame {
  readonly tag: string;
  readonly bound: number;
}

type Attributes = Iterable<readonly [string, string]>;

/** Where finished text goes, as such or as octets; it is handed over in pieces of some thousand characters. */
export type XmlSink = (piece: string, encoding: "utf8" | "latin1") => void;

const HREF = dav("href");

/** Characters of one piece: few enough that what joins its parts lives short. */
const PIECE = 16_384;

/**
 * Makes an empty buffer; with a `sink` most of the text goes there by itself, in order. With `fixed` the first element declares all fixed prefixes; without, each element
 * declares what it needs, so that the outcome can stand anywhere. `mount` stands before each path that `leaf` writes as `DAV:href`.
 */
export function xmlBuffer(fixed: boolean, sink?: XmlSink, mount = ""): XmlBuffer {
  let buffer = "";
  let starting = false;
  /** Whether the buffer holds octets, as it does for good once some came; only with a sink. */
  let inOctets = false;
  const frames: Frame[] = [];
  const prefixes = prefixTable(fixed);

  function put(text: string): void {
    buffer += inOctets ? octetsOf(text) : text;
  }

  function settle(): void {
    if (!starting) return;
    buffer += ">";
    starting = false;
  }

  function start(name: Clark, attrs: Attributes): void {
    settle();
    const bound = prefixes.mark();
    const tag = prefixes.qualify(name);
    put(`<${tag}`);
    if (fixed && frames.length === 0) buffer += ROOT_DECLARATIONS;
    for (const [key, value] of attrs) {
      put(` ${isClark(key) ? prefixes.qualify(key) : key}="${escapeAttribute(value)}"`);
    }
    put(prefixes.declarations(bound));
    frames.push({ tag, bound });
    starting = true;
  }

  function append(markup: string): void {
    if (markup === "") return;
    settle();
    put(markup);
    if (sink && buffer.length >= PIECE) flush();
  }

  function appendOctets(markup: Octets): void {
    if (!sink) return append(textOf(markup));
    settle();
    if (!inOctets) buffer = octetsOf(buffer);
    inOctets = true;
    buffer += markup;
    if (buffer.length >= PIECE) flush();
  }

  function flush(): void {
    if (buffer !== "") sink?.(take(), inOctets ? "latin1" : "utf8");
  }

  function close(): void {
    const frame = frames.pop();
    if (!frame) throw new RangeError("close() with no element open");
    put(starting ? "/>" : `</${frame.tag}>`);
    starting = false;
    prefixes.release(frame.bound);
  }

  function content(el: XmlElement): void {
    for (const piece of el.content) {
      if (typeof piece === "string") append(escapeText(piece));
      else nested(piece, piece.attrs);
    }
    close();
  }

  function nested(el: XmlElement, attrs: Attributes): void {
    start(el.name, attrs);
    content(el);
  }

  const out: XmlOut = {
    open: (name, attrs) => start(name, attrs ? Object.entries(attrs) : []),
    text: (value) => append(escapeText(value)),
    calendarText: (value) => append(escapeText(withLineFeeds(value))),
    raw: append,
    octets: appendOctets,
    close,
    leaf(name, value, attrs) {
      out.open(name, attrs);
      if (value !== undefined) out.text(name === HREF && value.startsWith("/") ? mount + value : value);
      close();
    },
    element: (el) => nested(el, withLanguage(el)),
  };

  function take(): string {
    const taken = buffer;
    buffer = "";
    return taken;
  }

  return { out, size: () => buffer.length, take, flush, depth: () => frames.length };
}

/** Every line end as LF: the character data that `calendarText` writes. */
export function withLineFeeds(value: string): string {
  const plain = value.split("\r\n").join("\n");
  return plain.includes("\r") ? plain.replaceAll("\r", "\n") : plain;
}

function isClark(key: string): key is Clark {
  return key.startsWith("{");
}

// An element that leaves its document takes the inherited language with it (RFC 4918 4.3).
function withLanguage(el: XmlElement): Attributes {
  if (el.lang === undefined || el.attrs.has(XML_LANG)) return el.attrs;
  return [...el.attrs, [XML_LANG, el.lang]];
}
