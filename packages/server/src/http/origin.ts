import type { IncomingMessage } from "node:http";

/** Where the client believes it is, and who it is on the network. */
export interface Origin {
  /** Scheme and authority without a final slash, for example `https://cal.example:8443`. */
  readonly base: string;
  /** Host name without port, lower case; it chooses the domain. */
  readonly host: string;
  readonly address: string;
}

/** Reads Host, and with `trustProxy` the X-Forwarded headers; a configured public URL wins over both. */
export function originOf(
  request: IncomingMessage,
  settings: { trustProxy: boolean; publicUrl?: string | undefined },
): Origin {
  const forwarded = (name: string) => (settings.trustProxy ? first(request.headers[name]) : undefined);
  const host = forwarded("x-forwarded-host") ?? request.headers.host ?? "localhost";
  const scheme = forwarded("x-forwarded-proto") ?? ("encrypted" in request.socket ? "https" : "http");
  return {
    base: settings.publicUrl?.replace(/\/+$/, "") ?? `${scheme}://${host}`,
    host: host.replace(/:\d+$/, "").toLowerCase(),
    address: forwarded("x-forwarded-for") ?? request.socket.remoteAddress ?? "",
  };
}

function first(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text?.split(",")[0]?.trim() || undefined;
}
