/** What is handed on at once. */
const CHUNK = 128 * 1024;
/** No UTF-16 code unit takes more octets. */
const WIDEST = 3;

/** Pages of pieces of text as octets (UTF-8), in chunks of a size that suits a network; the pieces are never joined as text. */
export async function* inOctets(pages: AsyncIterable<readonly string[]>): AsyncGenerator<Uint8Array, void, undefined> {
  let chunk = Buffer.allocUnsafe(CHUNK);
  let filled = 0;
  for await (const page of pages) {
    for (const piece of page) {
      if (filled + piece.length * WIDEST > CHUNK) {
        if (filled > 0) yield chunk.subarray(0, filled);
        chunk = Buffer.allocUnsafe(Math.max(CHUNK, piece.length * WIDEST));
        filled = 0;
      }
      filled += chunk.write(piece, filled, "utf8");
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
