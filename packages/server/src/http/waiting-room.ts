import { createServer, type Server } from "node:http";
import { hostAndPort } from "../host-port.js";

const REASON = "the database is being brought up to the schema of this version";

/**
 * Answers before there is a house to answer: alive, but not ready. For the time a migration takes. Where an address is
 * taken, by an older process that still serves there, nobody answers in its place. The result ends it.
 */
export async function openWaitingRoom(addresses: readonly string[]): Promise<() => Promise<void>> {
  const rooms = await Promise.all(addresses.filter((each) => each !== "").map(roomAt));
  return async () => void (await Promise.all(rooms.map(leave)));
}

function roomAt(address: string): Promise<Server | null> {
  const { host, port } = hostAndPort(address);
  const server = createServer((request, response) => {
    const isAlive = request.url === "/healthz";
    response.writeHead(isAlive ? 200 : 503, { "Content-Type": "text/plain", Connection: "close", "Retry-After": "5" });
    response.end(isAlive ? "ok\n" : `not ready: ${REASON}\n`);
  });
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
