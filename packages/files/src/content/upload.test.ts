import type { Exchange } from "@kalends/dav-core";
import { CHUNK, type Sql } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { streamContent } from "./stream.js";
import { upload } from "./upload.js";

const PIECE = 60_000;

/** An exchange whose body is made as it is read, over a database that only takes note of chunks. */
function world(pieces: number) {
  const seen = { made: 0, stored: 0, ahead: 0, chunks: [] as Uint8Array[], statements: 0 };
  const db = {
    one: async ({ text }: Sql) => {
      if (!text.includes("select bytes")) return { id: 1, left: 0 };
      const bytes = seen.chunks[seen.statements++];
      return bytes && { bytes };
    },
    rows: async ({ values }: Sql) => {
      const bytes = values.find((value) => value instanceof Uint8Array);
      if (!bytes) return [];
      await new Promise((later) => setImmediate(later));
      seen.chunks.push(bytes.slice());
      seen.stored += bytes.length;
      return [];
    },
  };
  async function* body() {
    for (let n = 0; n < pieces; n += 1) {
      seen.made += PIECE;
      seen.ahead = Math.max(seen.ahead, seen.made - seen.stored);
      yield new Uint8Array(PIECE).fill(n);
    }
  }
  return { cx: { services: { db }, body } as unknown as Exchange, seen };
}

describe("an upload", () => {
  it("reads no further than a chunk and a piece ahead of what is stored (DAV-60)", async () => {
    const { cx, seen } = world(100);
    const { size, etag } = await upload(cx, () => undefined);
    expect([size, seen.stored, etag.length]).toEqual([100 * PIECE, 100 * PIECE, 43]);
    expect(seen.ahead).toBeLessThanOrEqual(CHUNK + PIECE);
    expect(seen.chunks.slice(0, -1).every(({ length }) => length === CHUNK)).toBe(true);
  });

  it("stops reading as soon as it is refused (RFC 4331 6)", async () => {
    const { cx, seen } = world(100);
    const refuse = (size: number) => {
      if (size > 2 * CHUNK) throw new Error("enough");
    };
    await expect(upload(cx, refuse)).rejects.toThrow("enough");
    expect(seen.made).toBeLessThanOrEqual(3 * CHUNK + PIECE);
  });
});

describe("a download", () => {
  it("reads a chunk when the one before has been taken, and breaks off where one is gone (RFC 9110 14)", async () => {
    const { cx, seen } = world(10);
    await upload(cx, () => undefined);
    seen.statements = 0;
    const stream = streamContent(1, 5, 10 * PIECE, cx);
    const first = await stream.next();
    expect([seen.statements, (first.value as Uint8Array).length]).toEqual([1, CHUNK - 5]);
    await stream.next();
    expect(seen.statements).toBe(2);
    seen.chunks.length = 0;
    await expect(stream.next()).rejects.toThrow("is gone");
  });
});
