import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { unmounted } from "@kalends/dav-core";
import { openCertificate } from "../certificate.js";
import type { House } from "../compose.js";
import { createApp } from "./app.js";
import { watchHandshakes } from "./handshakes.js";
import { watchUploads } from "./slow-uploads.js";
import { targetOf } from "./target.js";

const SECOND = 1000;
const DAY_SECONDS = 86_400;
/** How often certificates and slow clients are looked at. */
const LOOK_MS = 5 * SECOND;

/** The HTTP server of a house, not listening yet; with a certificate it speaks https. Throws `AdminError` where that is no good. */
export function openListener(house: House): Listener {
  const { config } = house;
  const answer = createApp(house);
  const uploads = watchUploads(config.connections.slowestUpload);
  const { server, renew, endHandshakes } = serverOf(house, {
    connectionsCheckingInterval: LOOK_MS,
    headersTimeout: config.connections.headerSeconds * SECOND,
    keepAliveTimeout: config.connections.idleSeconds * SECOND,
    // A large file may take as long as it takes, as long as enough of it moves.
    requestTimeout: 0,
  });
  const { certificate, hstsDays } = config.tls;
  const strict = certificate !== undefined && hstsDays > 0 ? `max-age=${hstsDays * DAY_SECONDS}` : null;
  server.on("request", (request, response) => {
    if (strict !== null) response.setHeader("Strict-Transport-Security", strict);
    const target = targetOf(request.url ?? "");
    if (target === null)
      return void response.writeHead(400, { Connection: "close" }).end("The request target is malformed.\n");
    // A proxy may leave its prefix in the target, or take it out.
    request.url = unmounted(target, house.originOf(request).mount);
    uploads.watch(request, response);
    answer(request, response);
  });
  server.timeout = config.connections.silentSeconds * SECOND;
  server.maxConnections = config.connections.most;
  const looking = setInterval(renew, LOOK_MS);
  looking.unref();
  server.once("close", () => {
    clearInterval(looking);
    uploads.stop();
  });
  return { server, scheme: certificate === undefined ? "http" : "https", renew, endHandshakes };
}

/** The same where nobody renews anything. */
export const createListener = (house: House): Server => openListener(house).server;

export interface Listener {
  readonly server: Server;
  readonly scheme: "http" | "https";
  /** Reads a renewed certificate; it is looked for every few seconds anyway. */
  readonly renew: () => void;
  /** Ends connections that have not come to speak HTTP. */
  readonly endHandshakes: () => void;
}

function serverOf({ config, log }: House, options: ServerOptions): Omit<Listener, "scheme"> {
  const { certificate, key, minimum } = config.tls;
  if (certificate === undefined || key === undefined) {
    return { server: createServer(options), renew: () => undefined, endHandshakes: () => undefined };
  }
  const current = openCertificate({ setting: "tls", certificate, key, minimum }, log);
  let serving = current();
  const handshakeTimeout = options.headersTimeout;
  const server = createSecureServer({
    ...options,
    ...serving.options,
    ...(handshakeTimeout ? { handshakeTimeout } : {}),
  });
  const renew = (): void => {
    const now = current();
    if (now === serving) return;
    serving = now;
    server.setSecureContext({ ...now.options });
  };
  return { server, renew, endHandshakes: watchHandshakes(server) };
}
