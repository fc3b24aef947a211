import type { XmlElement } from "./element.js";
import { malformed } from "./fault.js";
import type { Clark } from "./names.js";

/** The first child of that name; what else stands there is ignored (RFC 4918 17). */
export function child(el: XmlElement, name: Clark): XmlElement | undefined {
  return el.children.find((candidate) => candidate.name === name);
}

/** All children of that name, in document order. */
export function children(el: XmlElement, name: Clark): readonly XmlElement[] {
  return el.children.filter((candidate) => candidate.name === name);
}

/** The one child of that name. Throws XmlFault when there is none or more than one. */
export function only(el: XmlElement, name: Clark): XmlElement {
  const [first, second] = children(el, name);
  if (!first) throw malformed(`the element '${name}' is missing in '${el.name}'`);
  if (second) throw malformed(`the element '${name}' stands more than once in '${el.name}'`);
  return first;
}

/** The value of an attribute: a plain name, or a Clark name where the attribute has a namespace. */
export function attr(el: XmlElement, name: string): string | undefined {
  return el.attrs.get(name);
}
