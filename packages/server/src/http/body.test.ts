import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { Refused } from "@kalends/dav-core";
import { describe, expect, it } from "vitest";
import { readBody } from "./body.js";

const requestOf = (chunks: readonly string[], headers: Record<string, string> = {}): IncomingMessage =>
  Object.assign(Readable.from(chunks.map((text) => Buffer.from(text))), { headers }) as unknown as IncomingMessage;

const refusalOf = async (request: IncomingMessage, limit: number, status?: 400): Promise<unknown> =>
  readBody(request, limit, status).catch((error: unknown) => error);

describe("reading a body", () => {
  it("gives the octets of all chunks", async () => {
    expect(Buffer.from(await readBody(requestOf(["ab", "", "cd"]), 4)).toString()).toBe("abcd");
  });

  it("gives nothing for an empty body", async () => {
    expect(await readBody(requestOf([]), 4)).toHaveLength(0);
  });

  it("takes exactly the limit", async () => {
    expect(await readBody(requestOf(["abcd"], { "content-length": "4" }), 4)).toHaveLength(4);
  });

  it("puts a large one of known length together where worker threads see it too", async () => {
    const pieces = ["a", "b", "c"].map((letter) => letter.repeat(700_000));
    const body = await readBody(requestOf(pieces, { "content-length": "2100000" }), 3_000_000);
    expect(body.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Buffer.from(body).equals(Buffer.from(pieces.join("")))).toBe(true);
  });

  it("trusts no length that the body does not have", async () => {
    const short = await readBody(requestOf(["abc"], { "content-length": "2100000" }), 3_000_000);
    expect(Buffer.from(short).toString()).toBe("abc");
    const long = requestOf(["a".repeat(2_000_000), "b".repeat(2_000_000)], { "content-length": "1048576" });
    expect(await refusalOf(long, 1_500_000)).toMatchObject({ refusal: { status: 413 } });
  });

  it("refuses what is longer with 413, once the client has sent it all and listens", async () => {
    const request = requestOf(["abc", "de", "f"], { "content-length": "6" });
    const refused = await refusalOf(request, 4);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ refusal: { status: 413, headers: { Connection: "close" } } });
    expect((request as unknown as Readable).readableEnded).toBe(true);
  });

  it("does not read an endless body for ever (413)", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent++;
          yield chunk;
        }
      })(),
    );
    const request = Object.assign(endless, { headers: {} }) as unknown as IncomingMessage;
    expect(await refusalOf(request, 100)).toMatchObject({ refusal: { status: 413 } });
    expect(sent).toBeLessThan(64);
  });

  it("answers 400 where a body of that length cannot be meant", async () => {
    expect(await refusalOf(requestOf(["abcde"]), 4, 400)).toMatchObject({ refusal: { status: 400 } });
  });

  it("refuses a content coding, which could make a small body a large one (415)", async () => {
    expect(await refusalOf(requestOf(["x"], { "content-encoding": "gzip" }), 4)).toMatchObject({
      refusal: { status: 415 },
    });
    expect(await readBody(requestOf(["x"], { "content-encoding": "identity" }), 4)).toHaveLength(1);
  });

  it("takes a client that leaves in the middle for a malformed request, not for a fault of the server (400)", async () => {
    const left = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    const failing = (error: Error) =>
      Readable.from(
        (function* () {
          yield Buffer.from("ab");
          throw error;
        })(),
      );
    const request = (error: Error) => Object.assign(failing(error), { headers: {} }) as unknown as IncomingMessage;
    expect(await refusalOf(request(left), 4)).toMatchObject({ refusal: { status: 400 } });
    expect(await refusalOf(request(new Error("broken")), 4)).toMatchObject({ message: "broken" });
  });
});
