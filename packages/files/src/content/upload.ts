import { createHash } from "node:crypto";
import type { Exchange } from "@kalends/dav-core";
import { addChunk, CHUNK, createContent } from "@kalends/store";
import { removeContent } from "./sweep.js";

/** A content that nothing points at yet. */
export interface Upload {
  readonly content: number;
  readonly size: number;
  /** SHA-256 of the octets, in base64url: some clients cut If headers that are much longer. */
  readonly etag: string;
}

/** Pieces of any size as pieces of one size; the last may be shorter. One buffer serves for all. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let filled = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + CHUNK - filled);
      buffer.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < CHUNK) continue;
      yield buffer;
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/**
 * Stores the body chunk by chunk as it arrives, each with a short statement of its own: never more than a chunk is in
 * memory, and the client sends no faster than the database takes. `check` is told how much there is so far, and refuses.
 */
export async function upload(cx: Exchange, check: (size: number) => void): Promise<Upload> {
  const { db } = cx.services;
  const content = (await db.one<{ id: number }>(createContent()))?.id ?? 0;
  const digest = createHash("sha256");
  let size = 0;
  let seq = 0;
  try {
    for await (const chunk of inChunks(cx.body())) {
      size += chunk.length;
      check(size);
      digest.update(chunk);
      await db.rows(addChunk(content, seq, chunk));
      seq += 1;
    }
  } catch (error) {
    await removeContent(db, content);
    throw error;
  }
  return { content, size, etag: digest.digest("base64url") };
}

/** A content without any octets. */
export const EMPTY_ETAG = createHash("sha256").digest("base64url");
