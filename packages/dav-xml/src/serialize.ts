import type { XmlElement } from "./element.js";
import type { XmlLimits } from "./limits.js";
import { xmlBuffer } from "./out.js";
import { readXml } from "./reader.js";

/**
 * An element as markup that can stand anywhere: namespaces declared where they are used, the inherited language written out.
 * This is the form in which dead properties are stored (RFC 4918 4.3, 4.4).
 */
export function xmlToString(el: XmlElement): string {
  const { out, take } = xmlBuffer(false);
  out.element(el);
  return take();
}

/** Reads back what `xmlToString` wrote. Throws XmlFault. */
export function readFragment(text: string, limits?: XmlLimits): XmlElement {
  return readXml(text, limits);
}
