/** A piece of a whole calendar: its head, an object, its end; as text, or as the octets that are stored. */
export type Piece = Uint8Array | string;

/** What is handed on at once. */
const CHUNK = 128 * 1024;
/** No UTF-16 code unit takes more octets. */
const WIDEST = 3;

const room = (piece: Piece): number => (typeof piece === "string" ? piece.length * WIDEST : piece.byteLength);

/** Pages of pieces as octets (UTF-8), in chunks of a size that suits a network. */
export async function* inOctets(pages: AsyncIterable<readonly Piece[]>): AsyncGenerator<Uint8Array, void, undefined> {
  let chunk = Buffer.allocUnsafe(CHUNK);
  let filled = 0;
  for await (const page of pages) {
    for (const piece of page) {
      if (filled + room(piece) > chunk.length) {
        if (filled > 0) yield chunk.subarray(0, filled);
        chunk = Buffer.allocUnsafe(Math.max(CHUNK, room(piece)));
        filled = 0;
      }
      if (typeof piece === "string") filled += chunk.write(piece, filled, "utf8");
      else {
        chunk.set(piece, filled);
        filled += piece.byteLength;
      }
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}

const decoder = new TextDecoder();

/** The same pieces as text. */
export async function* inText(pages: AsyncIterable<readonly Piece[]>): AsyncGenerator<string, void, undefined> {
  for await (const page of pages) {
    for (const piece of page) yield typeof piece === "string" ? piece : decoder.decode(piece);
  }
}
