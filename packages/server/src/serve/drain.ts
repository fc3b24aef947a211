import type { Server } from "node:http";
import { Server as NetServer } from "node:net";

/** Longest wait for open requests, in milliseconds. */
const GRACE_MS = 10_000;
/** How long a silent connection is left to bring one more request, when another process takes over. */
const PATIENCE_MS = 2_000;

export interface DrainOptions {
  /** Another process serves already. */
  readonly replaced: boolean;
  /** Ends connections of which HTTP does not know yet. */
  readonly endHandshakes?: () => void;
}

/**
 * Takes no new connections, lets open requests end, cuts what is left after the grace time. Every answer from here on
 * tells the client to open its next connection anew (RFC 9112 9.6). With `replaced`, when another process serves already,
 * a connection that is silent just now may bring one more request: closing it at once would fail what is on its way.
 */
export function drain(server: Server, { replaced, endHandshakes }: DrainOptions): Promise<void> {
  server.prependListener("request", (_request, response) => {
    response.setHeader("Connection", "close");
  });
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      endHandshakes?.();
    }, PATIENCE_MS);
    const closed = (): void => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    };
    // The one of HTTP ends silent connections too, that of the network only stops listening.
    if (replaced) NetServer.prototype.close.call(server, closed);
    else server.close(closed);
  });
}
