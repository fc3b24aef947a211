import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { hostAndPort } from "../host-port.js";

const REASON = "the database is being brought up to the schema of this version";

/** Where it answers, with the certificate where that is https. */
export interface Door {
  readonly listen: string;
  readonly tls: { readonly certificate?: string | undefined; readonly key?: string | undefined };
}

/**
 * Answers before there is a house to answer: alive, but not ready. For the time a migration takes. Where an address is
 * taken, by an older process that still serves there, nobody answers in its place. The result ends it.
 */
export async function openWaitingRoom(doors: readonly Door[]): Promise<() => Promise<void>> {
  const rooms = await Promise.all(doors.filter(({ listen }) => listen !== "").map(roomAt));
  return async () => void (await Promise.all(rooms.map(leave)));
}

const answer: RequestListener = (request, response) => {
  const isAlive = request.url === "/healthz";
  response.writeHead(isAlive ? 200 : 503, { "Content-Type": "text/plain", Connection: "close", "Retry-After": "5" });
  response.end(isAlive ? "ok\n" : `not ready: ${REASON}\n`);
};

/** A certificate that cannot be used is a matter for the listener that comes afterwards. */
function serverFor({ certificate, key }: Door["tls"]): Server | null {
  if (certificate === undefined || key === undefined) return createServer(answer);
  try {
    return createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer);
  } catch {
    return null;
  }
}

async function roomAt({ listen, tls }: Door): Promise<Server | null> {
  const { host, port } = hostAndPort(listen);
  const server = serverFor(tls);
  if (server === null) return null;
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(port, host, () => resolve(server));
  });
}

function leave(server: Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
