/** Why a document was refused; a caller may answer `doctype` and `too-large` with other statuses than `malformed`. */
export type XmlFaultKind = "malformed" | "doctype" | "too-large" | "too-deep" | "encoding";

/** A document, or an element of it, that cannot be taken. `message` is one line fit for the client (RFC 4918 8.2). */
export class XmlFault extends Error {
  override readonly name = "XmlFault";
  constructor(
    readonly kind: XmlFaultKind,
    message: string,
  ) {
    super(message);
  }
}

/** Shorthand for the most frequent kind. */
export function malformed(message: string): XmlFault {
  return new XmlFault("malformed", message);
}
