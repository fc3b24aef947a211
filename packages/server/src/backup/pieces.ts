/** A stream of octets read by lines and by lengths. */
export interface Pieces {
  /** Up to a line end, which is included; null at the end of the stream. Throws when it is longer than `limit`. */
  line(limit: number): Promise<Uint8Array | null>;
  /** So many octets; null when there are fewer. */
  octets(length: number): Promise<Uint8Array | null>;
}

const LINE_END = 0x0a;

export function piecesOf(source: AsyncIterable<Uint8Array>): Pieces {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();

  /** Takes chunks until `enough` says where to cut; the last cut off chunk waits for the next call. */
  async function take(enough: (chunk: Uint8Array, before: number) => number | null): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [];
    let before = 0;
    for (let chunk = rest; ;) {
      const cut = enough(chunk, before);
      if (cut !== null) {
        rest = chunk.subarray(cut);
        return Buffer.concat([...parts, chunk.subarray(0, cut)]);
      }
      parts.push(chunk);
      before += chunk.length;
      const next = await chunks.next();
      if (next.done) break;
      chunk = next.value;
    }
    rest = new Uint8Array();
    return null;
  }

  return {
    line: (limit) =>
      take((chunk, before) => {
        if (before > limit) throw new RangeError("a line is too long");
        const end = chunk.indexOf(LINE_END);
        return end < 0 ? null : end + 1;
      }),
    octets: (length) => take((chunk, before) => (before + chunk.length < length ? null : length - before)),
  };
}
