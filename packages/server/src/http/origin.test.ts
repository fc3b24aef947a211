import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { createOrigins, type Origin } from "./origin.js";

const request = (headers: Record<string, string>, socket: object = { remoteAddress: "192.0.2.1" }): IncomingMessage =>
  ({ headers, socket }) as unknown as IncomingMessage;

/** The origin under settings given as environment variables without their prefix. */
function originOf(asked: IncomingMessage, settings: Readonly<Record<string, string>> = {}): Origin {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`KALENDS_${name}`, value]));
  return createOrigins(loadConfig({ env, directory: "/nowhere" }))(asked);
}

const TRUSTED = { TRUST_PROXY: "192.0.2.0/24" };
const forwarded = {
  host: "127.0.0.1:8100",
  "x-forwarded-host": "Cal.Example",
  "x-forwarded-proto": "https",
  "x-forwarded-for": "198.51.100.7",
};

describe("where a request was sent", () => {
  it("reads Host, and keeps its port in the base but not in the name", () => {
    expect(originOf(request({ host: "Cal.Example:8443" }))).toEqual({
      base: "http://Cal.Example:8443",
      aliases: [],
      mount: "",
      host: "cal.example",
      address: "192.0.2.1",
      relayed: false,
    });
  });

  it("says https on an encrypted connection", () => {
    expect(originOf(request({ host: "a" }, { encrypted: true })).base).toBe("https://a");
  });

  it.each([{}, { TRUST_PROXY: "loopback, 10.0.0.0/8" }])(
    "believes no forwarding header of a stranger (%j)",
    (settings) => {
      expect(originOf(request(forwarded), settings)).toMatchObject({
        base: "http://127.0.0.1:8100",
        host: "127.0.0.1",
        address: "192.0.2.1",
        relayed: false,
      });
    },
  );

  it("takes name, scheme and address from a trusted proxy, and goes by the connection's name too", () => {
    expect(originOf(request(forwarded), TRUSTED)).toEqual({
      base: "https://Cal.Example",
      aliases: ["https://Cal.Example", "http://127.0.0.1:8100"],
      mount: "",
      host: "cal.example",
      address: "198.51.100.7",
      relayed: true,
    });
  });

  it("tells a proxy that is believed from one that is not by what it says, also where client and proxy are one machine", () => {
    const own = request({ ...forwarded, "x-forwarded-for": "192.0.2.1" });
    expect(originOf(own, TRUSTED).relayed).toBe(true);
    expect(originOf(own).relayed).toBe(false);
    expect(originOf(own, { ...TRUSTED, PROXY_HEADER: "forwarded" }).relayed).toBe(false);
    expect(originOf(request({ host: "a" }), TRUSTED).relayed).toBe(false);
  });

  it("takes what the nearest trusted proxy added, not what a client sent through it", () => {
    const added = {
      "x-forwarded-for": "203.0.113.9, 198.51.100.7",
      "x-forwarded-host": "evil.example, cal.example",
      "x-forwarded-proto": "http, https",
    };
    expect(originOf(request(added), TRUSTED)).toMatchObject({ base: "https://cal.example", address: "198.51.100.7" });
  });

  it("takes the word of the outermost of several trusted proxies", () => {
    const added = {
      ...forwarded,
      "x-forwarded-for": "198.51.100.7, 192.0.2.8",
      "x-forwarded-host": "cal.example, inner",
    };
    expect(originOf(request(added), TRUSTED)).toMatchObject({ base: "https://cal.example", address: "198.51.100.7" });
    const anybody = { ...added, "x-forwarded-for": "198.51.100.7, 10.0.0.1" };
    expect(originOf(request(anybody), { TRUST_PROXY: "true" }).address).toBe("198.51.100.7");
  });

  it("adds a port that is not the usual one of the scheme", () => {
    const base = (port: string) => originOf(request({ ...forwarded, "x-forwarded-port": port }), TRUSTED).base;
    expect([base("8443"), base("443"), base("x")]).toEqual([
      "https://Cal.Example:8443",
      "https://Cal.Example",
      "https://Cal.Example",
    ]);
  });

  it.each([
    ["/dav", "/dav"],
    ["/dav/", "/dav"],
    ["/apps/dav", "/apps/dav"],
    ["/", ""],
    ["//evil.example", ""],
    ["/a/../b", ""],
    ['/a"b', ""],
    ["dav", ""],
  ])("takes the prefix %s for %j", (prefix, mount) => {
    const { base, mount: found } = originOf(request({ ...forwarded, "x-forwarded-prefix": prefix }), TRUSTED);
    expect([base, found]).toEqual([`https://Cal.Example${mount}`, mount]);
  });

  it("falls back to the connection where a trusted proxy says nothing, or nothing sensible", () => {
    const said = { host: "a", "x-forwarded-for": " ", "x-forwarded-host": "a b/", "x-forwarded-proto": "gopher" };
    expect(originOf(request(said), TRUSTED)).toMatchObject({ base: "http://a", address: "192.0.2.1" });
  });

  it("lets the public URL win for addresses, not for the domain", () => {
    const settings = { ...TRUSTED, PUBLIC_URL: "https://public.example/dav/" };
    expect(originOf(request(forwarded), settings)).toMatchObject({
      base: "https://public.example/dav",
      aliases: ["https://Cal.Example", "http://127.0.0.1:8100"],
      mount: "/dav",
      host: "cal.example",
    });
  });

  it("does without Host (HTTP/1.0)", () => {
    expect(originOf(request({})).host).toBe("localhost");
  });
});

describe("Forwarded (RFC 7239)", () => {
  const settings = { ...TRUSTED, PROXY_HEADER: "forwarded" };
  const from = (header: string, more: Record<string, string> = {}) =>
    originOf(request({ host: "a", forwarded: header, ...more }), settings);

  it("is read instead of X-Forwarded, which a client may have sent", () => {
    const { base, address } = from('for=198.51.100.7;proto=https;host="cal.example:8443"', forwarded);
    expect([base, address]).toEqual(["https://cal.example:8443", "198.51.100.7"]);
    expect(originOf(request({ ...forwarded, forwarded: "host=evil.example" }), TRUSTED).base).toBe(
      "https://Cal.Example",
    );
  });

  it("takes the outermost trusted element, with addresses as section 6 writes them", () => {
    const header =
      'for=203.0.113.1;host=evil.example, For="[2001:db8::7]:4711";Proto=HTTPS;Host=cal.example, for=192.0.2.9';
    expect(from(header)).toMatchObject({ base: "https://cal.example", address: "2001:db8::7" });
    expect(from("for=198.51.100.7:99").address).toBe("198.51.100.7");
    expect(from('for="_hidden, or not";proto=https').base).toBe("https://a");
  });
});

describe("settings about proxies", () => {
  it.each([
    { TRUST_PROXY: "somebody" },
    { TRUST_PROXY: "10.0.0.0/33" },
    { PUBLIC_URL: "https://cal.example/CalDAV" },
    { PUBLIC_URL: "https://cal.example/?a" },
  ])("refuse %j", (settings) => {
    expect(() => originOf(request({}), settings)).toThrow(/must/);
  });
});
