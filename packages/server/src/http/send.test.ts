import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { SentReply } from "@kalends/dav-core";
import { afterEach, describe, expect, it } from "vitest";
import { startDeadline } from "./deadline.js";
import { send } from "./send.js";

const MINUTE = 60_000;
const KIB = 1024;

describe("sending an answer", () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** Serves one reply; `broken` holds what broke off after the first octets were sent. */
  async function serving(reply: () => SentReply) {
    const broken: unknown[] = [];
    const thrown: unknown[] = [];
    server = createServer((request, response) => {
      const deadline = startDeadline(MINUTE);
      send({ request, response }, reply(), deadline, (error) => void broken.push(error)).catch((error: unknown) => {
        thrown.push(error);
        response.writeHead(503).end();
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return { broken, thrown, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  }

  const streamed = (pieces: () => AsyncGenerator<Uint8Array>): SentReply => ({
    status: 207,
    headers: { "Content-Type": "application/xml" },
    body: pieces(),
  });
  const pieceOf = (size: number) => Buffer.alloc(size, "x");

  it("sends a small stream as a whole, with its length and nosniff (RFC 9112 6.2)", async () => {
    const { url } = await serving(() =>
      streamed(async function* () {
        yield pieceOf(10);
        yield pieceOf(5);
      }),
    );
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("content-length")]).toEqual([207, "15"]);
    expect(answer.headers.get("transfer-encoding")).toBeNull();
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.text()).toHaveLength(15);
  });

  it("streams a large answer, every octet of it (RFC 9112 7.1)", async () => {
    const { url, broken } = await serving(() =>
      streamed(async function* () {
        for (let i = 0; i < 100; i += 1) yield pieceOf(64 * KIB);
      }),
    );
    const answer = await fetch(url);
    expect(answer.headers.get("transfer-encoding")).toBe("chunked");
    expect(await answer.text()).toHaveLength(100 * 64 * KIB);
    expect(broken).toEqual([]);
  });

  it("throws what goes wrong before anything was sent, so that it becomes a status", async () => {
    const { url, thrown } = await serving(() =>
      streamed(async function* () {
        yield pieceOf(10);
        throw new Error("late");
      }),
    );
    expect((await fetch(url)).status).toBe(503);
    expect(thrown).toMatchObject([{ message: "late" }]);
  });

  it("breaks the connection when a large answer cannot be finished (RFC 9112 8)", async () => {
    const { url, broken } = await serving(() =>
      streamed(async function* () {
        for (let i = 0; i < 4; i += 1) yield pieceOf(16 * KIB);
        throw new Error("in the middle");
      }),
    );
    const answer = await fetch(url);
    await expect(answer.text()).rejects.toThrow();
    expect(broken).toMatchObject([{ message: "in the middle" }]);
  });

  it("ends the making of an answer whose client is gone", async () => {
    let isOver: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const { url } = await serving(() =>
      streamed(async function* () {
        try {
          for (;;) yield pieceOf(64 * KIB);
        } finally {
          isOver();
        }
      }),
    );
    const leave = new AbortController();
    await fetch(url, { signal: leave.signal });
    leave.abort();
    await over;
  });

  it("tells HEAD the length without the octets (RFC 9110 9.3.2), and nothing of an empty answer's type", async () => {
    const text = await serving(() => ({ status: 200, headers: { "Content-Type": "text/plain" }, body: "grüß" }));
    const head = await fetch(text.url, { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["6", ""]);
    server?.close();
    const none = await serving(() => ({ status: 201, headers: { "Content-Type": "text/plain" }, body: null }));
    const empty = await fetch(none.url);
    expect([empty.headers.get("content-length"), empty.headers.get("content-type")]).toEqual(["0", null]);
  });
});
