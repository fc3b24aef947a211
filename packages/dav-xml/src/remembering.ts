import type { XmlElement } from "./element.js";
import type { XmlLimits } from "./limits.js";
import { readXml } from "./reader.js";

/** Longer documents are rarely sent twice. */
const LONGEST = 4 * 1024;
/** Octets of documents in each of the two generations that are remembered. */
const GENERATION = 256 * 1024;

/**
 * Reads documents like `readXml`, and remembers short ones: programs send the same few bodies all day. Gives the same
 * frozen element for the same octets. Whatever was not used while others filled a generation is forgotten; faults are
 * never remembered. Limits other than the size have to be the same in all calls.
 */
export function rememberingReader(): (source: Uint8Array, limits?: XmlLimits) => XmlElement {
  let young = new Map<string, XmlElement>();
  let old = new Map<string, XmlElement>();
  let size = 0;

  function remember(key: string, element: XmlElement): XmlElement {
    if (size + key.length > GENERATION) {
      old = young;
      young = new Map();
      size = 0;
    }
    young.set(key, element);
    size += key.length;
    return element;
  }

  return (source, limits) => {
    if (source.length > LONGEST || (limits && source.length > limits.size)) return readXml(source, limits);
    // One character for each octet, whatever the encoding of the document is.
    const key = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString("latin1");
    return young.get(key) ?? remember(key, old.get(key) ?? frozen(readXml(source, limits)));
  };
}

function frozen(element: XmlElement): XmlElement {
  for (const each of element.children) frozen(each);
  Object.freeze(element.children);
  Object.freeze(element.content);
  return Object.freeze(element);
}
