import type { Clark } from "./names.js";
import { octetBuffer } from "./octets.js";
import { type XmlAttrs, type XmlOut, xmlBuffer } from "./out.js";

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';

// Octets collected before chunks are handed over.
const CHUNK = 65_536;

/** Writes a small body as one string: the XML declaration, the root element, and what `build` puts into it; `mount` as for `xmlBuffer`. */
export function writeXml(root: Clark, build: (out: XmlOut) => void, attrs?: XmlAttrs, mount?: string): string {
  const buffer = xmlBuffer(true, undefined, mount);
  buffer.out.open(root, attrs);
  build(buffer.out);
  finish(buffer.out, buffer.depth());
  return DECLARATION + buffer.take();
}

/**
 * Writes a body of any size in UTF-8 chunks of about 64 KiB. `produce` writes one item at a time and yields after each;
 * chunks leave at those points, at the reader's pace. An error thrown in `produce` reaches the reader; a reader who
 * stops early ends `produce` through its `finally`.
 */
export async function* streamXml(
  root: Clark,
  produce: (out: XmlOut) => AsyncIterable<void> | Iterable<void>,
  attrs?: XmlAttrs,
  mount?: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const octets = octetBuffer();
  const buffer = xmlBuffer(true, octets.add, mount);
  buffer.out.raw(DECLARATION);
  buffer.out.open(root, attrs);
  for await (const _ of produce(buffer.out)) {
    if (octets.size() >= CHUNK) yield* octets.take();
  }
  finish(buffer.out, buffer.depth());
  buffer.flush();
  yield* octets.take();
}

function finish(out: XmlOut, depth: number): void {
  if (depth !== 1) throw new RangeError(`${depth - 1} elements are left open inside the root`);
  out.close();
}
