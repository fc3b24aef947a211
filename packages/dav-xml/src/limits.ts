/** How much one document may hold. More than that is refused with an XmlFault. */
export interface XmlLimits {
  /** Bytes, or UTF-16 code units when a string is read. */
  readonly size: number;
  /** Elements, attributes (namespace declarations included) and stretches of text together. */
  readonly nodes: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
  /** Ampersands. */
  readonly references: number;
  /** Different qualified names, as written, in one document. */
  readonly names: number;
  /** Elements inside each other, the root counted. */
  readonly depth: number;
  /** UTF-16 code units of one qualified name, and of one namespace name. */
  readonly nameLength: number;
}

/** Enough for every client seen, small enough to be read in some tens of milliseconds at worst. */
export const XML_LIMITS: XmlLimits = Object.freeze({
  size: 1_048_576,
  nodes: 20_000,
  attributes: 256,
  references: 100_000,
  names: 2000,
  depth: 64,
  nameLength: 1024,
});
