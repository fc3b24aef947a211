import { type Clark, dav, readFragment, readXml, writeXml, type XmlElement } from "@kalends/dav-xml";
import type { Item, PropStat } from "../exchange.js";

type Shown = PropStat["props"][number];

const HREF = dav("href");

/** A property as it would be sent, as an element again. */
export function valueElement({ name, write, markup }: Shown): XmlElement {
  return markup === undefined ? readXml(writeXml(name, (out) => write?.(out))) : readFragment(markup);
}

/** All hrefs in a value, at any depth. */
export const hrefsIn = (el: XmlElement): readonly string[] =>
  el.name === HREF ? [el.text.trim()] : el.children.flatMap(hrefsIn);

/** A property of a response, when it was found. */
export const foundIn = ({ propstats = [] }: Item, name: Clark): Shown | undefined =>
  propstats.find(({ status }) => status === 200)?.props.find((prop) => prop.name === name);
