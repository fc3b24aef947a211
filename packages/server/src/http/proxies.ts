import { isWithin } from "@kalends/accounts";
import type { IncomingHttpHeaders } from "node:http";
import { trustedNetworks } from "../config/proxies.js";

/** What trusted proxies say about a request; what they do not say is absent. */
export interface Forwarded {
  /** The client's address. */
  readonly address?: string | undefined;
  readonly scheme?: string | undefined;
  /** Name or address, with a port where it is not the usual one. */
  readonly host?: string | undefined;
  /** The path prefix the client sees, for example `/dav`. */
  readonly mount?: string | undefined;
}

/** Reads the headers of a request that came from `peer`; empty where the peer is not trusted. */
export type ReadForwarded = (headers: IncomingHttpHeaders, peer: string) => Forwarded;

type Trusts = (address: string) => boolean;

/** Whom a setting trusts; null = nobody. */
export function createTrust(setting: boolean | string): Trusts | null {
  const networks = trustedNetworks(setting);
  if (networks === null) return () => true;
  return networks.length === 0 ? null : remembering((address) => isWithin(address, networks));
}

/** A proxy is asked about with every request. */
function remembering(trusts: Trusts): Trusts {
  const known = new Map<string, boolean>();
  return (address) => {
    const found = known.get(address);
    if (found !== undefined) return found;
    if (known.size >= 1000) known.clear();
    const answer = trusts(address);
    known.set(address, answer);
    return answer;
  };
}

/** How many addresses of a chain, from the nearest on, are trusted proxies; the next one is the client's. */
function hopsIn(chain: readonly string[], trusts: Trusts): number {
  const untrusted = chain.findLastIndex((address) => !trusts(address));
  return chain.length - 1 - untrusted;
}

const listed = (header: string | string[] | undefined): readonly string[] =>
  (Array.isArray(header) ? header.join(",") : (header ?? ""))
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");

const HOST = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const PREFIX = /^(?:\/[\w.~%!$&'()*+;=:@-]+)+$/;
const DOTS = /\/\.{1,2}(?:\/|$)/;

const schemeIn = (text: string | undefined): string | undefined => {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : undefined;
};

/** A path prefix without its final slash; undefined for what is none. */
export function mountIn(text: string | undefined): string | undefined {
  const path = text?.replace(/\/+$/, "");
  return path !== undefined && PREFIX.test(path) && !DOTS.test(path) ? path : undefined;
}

function withPort(host: string, port: string | undefined, scheme: string | undefined): string {
  if (port === undefined || !/^\d{1,5}$/.test(port) || /:\d+$/.test(host)) return host;
  return port === (scheme === "https" ? "443" : "80") ? host : `${host}:${port}`;
}

/** Of a list to which each proxy adds, what the outermost trusted one said. */
const saidBy = (list: readonly string[], hops: number): string | undefined => list[Math.max(0, list.length - hops)];

/** `X-Forwarded-For`, `-Proto`, `-Host`, `-Port` and `-Prefix`. */
function fromXForwarded(headers: IncomingHttpHeaders, peer: string, trusts: Trusts): Forwarded {
  const chain = [...listed(headers["x-forwarded-for"]).map(addressIn), peer];
  const hops = hopsIn(chain, trusts);
  const said = (name: string) => saidBy(listed(headers[`x-forwarded-${name}`]), hops);
  const scheme = schemeIn(said("proto"));
  const host = said("host");
  return {
    address: chain[Math.max(0, chain.length - 1 - hops)],
    scheme,
    host: host !== undefined && HOST.test(host) ? withPort(host, said("port"), scheme) : undefined,
    mount: mountIn(said("prefix")),
  };
}

/** An address without the port, brackets and quotes it may have (RFC 7239 6). */
function addressIn(node: string): string {
  const [, six] = /^"?\[([^\]]+)\](?::\d+)?"?$/.exec(node) ?? [];
  return six ?? node.replaceAll('"', "").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

type Element = ReadonlyMap<string, string>;

const PAIR = /([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/g;

/** The elements of `Forwarded`, the outermost proxy's first (RFC 7239 4). */
function elementsOf(header: string): readonly Element[] {
  const elements = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return elements.map((element) => {
    const pairs = [...element.matchAll(PAIR)].map(
      ([, name = "", quoted, token = ""]) => [name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? token] as const,
    );
    return new Map(pairs);
  });
}

/** `Forwarded`; it knows no prefix, for which `X-Forwarded-Prefix` is read too. */
function fromForwarded(headers: IncomingHttpHeaders, peer: string, trusts: Trusts): Forwarded {
  const elements = elementsOf(listed(headers["forwarded"]).join(","));
  const chain = [...elements.map((element) => addressIn(element.get("for") ?? "unknown")), peer];
  const hops = hopsIn(chain, trusts);
  const trusted = elements.slice(Math.max(0, elements.length - hops));
  const said = (name: string) => trusted.find((element) => element.has(name))?.get(name);
  const host = said("host");
  return {
    address: chain[Math.max(0, chain.length - 1 - hops)],
    scheme: schemeIn(said("proto")),
    host: host !== undefined && HOST.test(host) ? host : undefined,
    mount: mountIn(saidBy(listed(headers["x-forwarded-prefix"]), hops)),
  };
}

const NOTHING: Forwarded = Object.freeze({});

/**
 * Reads one kind of forwarding header from the proxies that are trusted, and never the other, which a client may have sent
 * through them. Of several proxies in a row the outermost trusted one counts.
 */
export function createForwarded(setting: boolean | string, header: "x-forwarded" | "forwarded"): ReadForwarded {
  const trusts = createTrust(setting);
  if (trusts === null) return () => NOTHING;
  const read = header === "forwarded" ? fromForwarded : fromXForwarded;
  return (headers, peer) => (trusts(peer) ? read(headers, peer, trusts) : NOTHING);
}
