import { createServer, type Server } from "node:http";
import type { House } from "../compose.js";
import { createApp } from "./app.js";
import { targetOf } from "./target.js";

/** A client must have sent its headers by then. */
const HEADERS_MS = 20_000;
/** Calendar programs poll and write in bursts: a connection kept for a minute saves most of the handshakes. */
const KEEP_ALIVE_MS = 65_000;
/** A connection on which nothing moves, not even slowly, is given up. */
const SILENCE_MS = 120_000;

/** The HTTP server of a house, not listening yet. */
export function createListener(house: House): Server {
  const answer = createApp(house);
  const server = createServer((request, response) => {
    const target = targetOf(request.url ?? "");
    if (target === null)
      return void response.writeHead(400, { Connection: "close" }).end("The request target is malformed.\n");
    request.url = target;
    answer(request, response);
  });
  server.headersTimeout = HEADERS_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = SILENCE_MS;
  // A large file may take as long as it takes, as long as something moves.
  server.requestTimeout = 0;
  return server;
}
