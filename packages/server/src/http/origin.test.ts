import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { originOf } from "./origin.js";

const request = (headers: Record<string, string>, socket: object = { remoteAddress: "192.0.2.1" }): IncomingMessage =>
  ({ headers, socket }) as unknown as IncomingMessage;

const forwarded = {
  host: "127.0.0.1:8100",
  "x-forwarded-host": "Cal.Example",
  "x-forwarded-proto": "https",
  "x-forwarded-for": "198.51.100.7, 10.0.0.1",
};

describe("where a request was sent", () => {
  it("reads Host, and keeps its port in the base but not in the name", () => {
    expect(originOf(request({ host: "Cal.Example:8443" }), { trustProxy: false })).toEqual({
      base: "http://Cal.Example:8443",
      host: "cal.example",
      address: "192.0.2.1",
    });
  });

  it("says https on an encrypted connection", () => {
    expect(originOf(request({ host: "a" }, { encrypted: true }), { trustProxy: false }).base).toBe("https://a");
  });

  it("believes no forwarding header unless it is told to", () => {
    expect(originOf(request(forwarded), { trustProxy: false })).toEqual({
      base: "http://127.0.0.1:8100",
      host: "127.0.0.1",
      address: "192.0.2.1",
    });
  });

  it("takes name, scheme and the first address from a trusted proxy", () => {
    expect(originOf(request(forwarded), { trustProxy: true })).toEqual({
      base: "https://Cal.Example",
      host: "cal.example",
      address: "198.51.100.7",
    });
  });

  it("falls back to the connection where a trusted proxy says nothing", () => {
    expect(originOf(request({ host: "a", "x-forwarded-for": " " }), { trustProxy: true })).toMatchObject({
      base: "http://a",
      address: "192.0.2.1",
    });
  });

  it("lets the public URL win for addresses, not for the domain", () => {
    const settings = { trustProxy: true, publicUrl: "https://public.example/" };
    expect(originOf(request(forwarded), settings)).toMatchObject({
      base: "https://public.example",
      host: "cal.example",
    });
  });

  it("does without Host (HTTP/1.0)", () => {
    expect(originOf(request({}), { trustProxy: false }).host).toBe("localhost");
  });
});
