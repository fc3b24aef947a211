import { type Clark, XML_LANG } from "./names.js";

/** An element with its names resolved. */
export interface XmlElement {
  readonly name: Clark;
  /** Keys are plain local names, or Clark names where the attribute has a namespace. Declarations are not attributes. */
  readonly attrs: ReadonlyMap<string, string>;
  /** Child elements in document order. */
  readonly children: readonly XmlElement[];
  /** All direct character data, joined. White space is kept. */
  readonly text: string;
  /** Character data and child elements in document order; neighbouring character data is one string. */
  readonly content: readonly (string | XmlElement)[];
  /** The language in scope (`xml:lang`, inherited; RFC 4918 4.3). */
  readonly lang: string | undefined;
}

/** Makes an element; `inherited` is the language of its parent. */
export function xmlElement(
  name: Clark,
  attrs: ReadonlyMap<string, string>,
  content: readonly (string | XmlElement)[],
  inherited?: string,
): XmlElement {
  const children: XmlElement[] = [];
  let text = "";
  for (const piece of content) {
    if (typeof piece === "string") text += piece;
    else children.push(piece);
  }
  return { name, attrs, children, text, content, lang: langOf(attrs, inherited) };
}

/** The language that holds inside an element with these attributes; `xml:lang=""` ends an outer one. */
export function langOf(attrs: ReadonlyMap<string, string>, inherited: string | undefined): string | undefined {
  const own = attrs.get(XML_LANG);
  return own === undefined ? inherited : own || undefined;
}
