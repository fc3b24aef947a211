import type { Exchange } from "@kalends/dav-core";
import { CHUNK, readChunk } from "@kalends/store";

/**
 * The octets of a content from `first` to `last`, both included: one statement a chunk, read when the client has taken
 * the one before. An error breaks off the answer: a file that ends early must not look whole.
 */
export async function* streamContent(
  content: number,
  first: number,
  last: number,
  cx: Exchange,
): AsyncGenerator<Uint8Array> {
  for (let seq = Math.floor(first / CHUNK); seq * CHUNK <= last; seq += 1) {
    const row = await cx.services.db.one<{ bytes: Uint8Array }>(readChunk(content, seq));
    if (!row) throw new Error(`chunk ${seq} of content ${content} is gone`);
    const from = Math.max(0, first - seq * CHUNK);
    yield row.bytes.subarray(from, Math.min(CHUNK, last + 1 - seq * CHUNK));
  }
}
