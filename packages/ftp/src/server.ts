import { createServer, type Socket } from "node:net";
import { plainAddress } from "./addresses.js";
import { answer, formatAnswer } from "./answer.js";
import type { FtpOptions } from "./options.js";
import { type Session, startSession } from "./session.js";

export interface FtpServer {
  /** Takes clients from now on; gives the port, which may be chosen by the system (0). */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Takes no more clients, lets transfers end, cuts what is left after so many milliseconds. */
  close(grace: number): Promise<void>;
}

/** An FTP server for the files of one folder (RFC 959), not listening yet. */
export function createFtpServer(options: FtpOptions): FtpServer {
  const sessions = new Set<Session>();
  const perAddress = new Map<string, number>();
  let isClosing = false;

  function admit(socket: Socket): void {
    const block = options.addressBlock(plainAddress(socket.remoteAddress));
    const already = perAddress.get(block) ?? 0;
    if (isClosing || sessions.size >= options.connections || already >= options.connectionsPerAddress) {
      socket.on("error", () => socket.destroy());
      socket.end(formatAnswer(answer(421, "There are too many connections; try again later.")));
      return void socket.destroySoon();
    }
    perAddress.set(block, already + 1);
    const session = startSession(socket, options, () => {
      sessions.delete(session);
      const left = (perAddress.get(block) ?? 1) - 1;
      if (left > 0) perAddress.set(block, left);
      else perAddress.delete(block);
    });
    sessions.add(session);
  }

  const server = createServer(admit);
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          const bound = server.address();
          resolve({ port: typeof bound === "object" && bound !== null ? bound.port : port });
        });
      }),
    close(grace) {
      isClosing = true;
      return new Promise((resolve) => {
        const cut = setTimeout(() => sessions.forEach((session) => session.cut()), grace);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        for (const session of sessions) session.stop();
      });
    },
  };
}
