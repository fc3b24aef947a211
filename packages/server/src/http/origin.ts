import type { IncomingMessage } from "node:http";
import type { Config } from "../config/schema.js";
import { createForwarded, mountIn } from "./proxies.js";

/** Where the client believes it is, and who it is on the network. */
export interface Origin {
  /** Scheme, authority and the prefix of a proxy, without a final slash, for example `https://cal.example:8443/dav`. */
  readonly base: string;
  /** Under what else the client may name this server. */
  readonly aliases: readonly string[];
  /** The prefix of a proxy, for example `/dav`; empty without one. */
  readonly mount: string;
  /** Host name without port, lower case; it chooses the domain. */
  readonly host: string;
  readonly address: string;
  /** Whether a proxy says for whom it asks, and is believed. */
  readonly relayed: boolean;
}

/** Reads where a request was sent. */
export type OriginOf = (request: Pick<IncomingMessage, "headers" | "socket">) => Origin;

/**
 * Reads Host, and from trusted proxies the forwarding headers. A configured public URL wins over both for addresses, not for
 * the domain; the rest is then other names of this server, as when it is reached inside and outside.
 */
export function createOrigins({
  trustProxy,
  proxyHeader,
  publicUrl,
}: Pick<Config, "trustProxy" | "proxyHeader" | "publicUrl">): OriginOf {
  const forwardedOf = createForwarded(trustProxy, proxyHeader);
  const sayer = proxyHeader === "forwarded" ? "forwarded" : "x-forwarded-for";
  const fixed = publicUrl?.replace(/\/+$/, "");
  const fixedMount = mountIn(fixed?.replace(/^[a-z]+:\/\/[^/]*/i, "")) ?? "";
  return ({ headers, socket }) => {
    const peer = socket.remoteAddress ?? "";
    const forwarded = forwardedOf(headers, peer);
    const plain = headers.host ?? "localhost";
    const direct = `${"encrypted" in socket ? "https" : "http"}://${plain}`;
    const host = forwarded.host ?? plain;
    const mount = fixed === undefined ? (forwarded.mount ?? "") : fixedMount;
    const seen = forwarded.scheme === undefined && host === plain ? direct : schemeOf(forwarded.scheme, direct) + host;
    return {
      base: fixed ?? seen + mount,
      aliases: fixed === undefined && seen === direct ? [] : [seen, direct],
      mount,
      host: host.replace(/:\d+$/, "").toLowerCase(),
      address: forwarded.address ?? peer,
      relayed: forwarded.address !== undefined && headers[sayer] !== undefined,
    };
  };
}

const schemeOf = (said: string | undefined, direct: string): string =>
  `${said ?? direct.slice(0, direct.indexOf(":"))}://`;
