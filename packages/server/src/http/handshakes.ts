import type { Server } from "node:https";
import type { Socket } from "node:net";

const nameOf = ({ remoteAddress = "", remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Watches the connections of a TLS server whose handshake is not over (RFC 8446 4.1): HTTP does not know of them yet and cannot end
 * them. The result does.
 */
export function watchHandshakes(server: Server): () => void {
  const open = new Map<string, Socket>();
  server.on("connection", (socket: Socket) => {
    const name = nameOf(socket);
    open.set(name, socket);
    socket.once("close", () => {
      if (open.get(name) === socket) open.delete(name);
    });
  });
  server.on("secureConnection", (socket) => open.delete(nameOf(socket)));
  return () => {
    for (const socket of open.values()) socket.destroy();
  };
}
