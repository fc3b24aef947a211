import { createServer, type Server } from "node:http";
import type { House } from "../compose.js";
import { targetOf } from "./target.js";

/**
 * Answers plain HTTP with the same address under https, 301 for every method; nothing else, so that no password is taken in the
 * clear. `port` is where https is served.
 */
export function createRedirector({ config }: Pick<House, "config">, port: number): Server {
  const server = createServer((request, response) => {
    const target = targetOf(request.url ?? "");
    const name = (request.headers.host ?? "").replace(/:\d+$/, "");
    const authority = port === 443 ? name : `${name}:${port}`;
    const base = config.publicUrl === undefined ? `https://${authority}` : new URL(config.publicUrl).origin;
    const found = target !== null && target !== "*" && /^[\w.:[\]-]+$/.test(name);
    const headers = found ? { Location: base + target } : {};
    response.writeHead(found ? 301 : 400, { ...headers, "Content-Length": "0", Connection: "close" }).end();
  });
  server.headersTimeout = config.connections.headerSeconds * 1000;
  server.requestTimeout = config.connections.headerSeconds * 1000;
  server.maxConnections = config.connections.most;
  return server;
}
