import type { Clark } from "./names.js";
import { type XmlOut, xmlBuffer } from "./out.js";

/** An element as it stands in a body below the root, where the fixed prefixes are declared. */
export interface Tags {
  readonly open: string;
  readonly close: string;
  /** With nothing in it. */
  readonly empty: string;
}

/** Gives what some code writes below the root of a body. */
export type BelowRoot = (build: (out: XmlOut) => void) => string;

/** Makes a writer of pieces: what is written together comes out as it would below the root, octet for octet; `mount` as for `xmlBuffer`. */
export function belowRoot(mount?: string): BelowRoot {
  let buffer = below(mount);
  return (build) => {
    const { out, take, depth } = buffer;
    try {
      build(out);
      if (depth() !== 1) throw new RangeError("elements are left open");
      return take();
    } catch (error) {
      buffer = below(mount);
      throw error;
    }
  };
}

/** The tags of an element below the root, to write many of the same without asking for its prefix again. */
export function tagsOf(name: Clark): Tags {
  const { out, take } = below();
  out.open(name);
  out.raw(MARK);
  const open = take().slice(0, -MARK.length);
  out.close();
  const close = take();
  out.leaf(name);
  return { open, close, empty: take() };
}

const ROOT: Clark = "{}r";
const MARK = "|";

function below(mount?: string) {
  const buffer = xmlBuffer(true, undefined, mount);
  buffer.out.open(ROOT);
  // Its start tag ends only when something follows.
  buffer.out.raw(MARK);
  buffer.take();
  return buffer;
}
