import { connect } from "node:net";
import type { Target } from "./addresses.js";
import { FtpRefusal } from "./answer.js";
import type { Channel, Control } from "./control.js";

const LOWEST_PORT = 1024;

/**
 * Goes to where the client waits, which is nowhere but at its own address and at no port of a service: otherwise a client
 * could send this server to third parties (RFC 2577 3).
 */
export function openActive({ address, localAddress }: Control, target: Target): Channel {
  if (target.address !== address || target.port < LOWEST_PORT) {
    throw new FtpRefusal(504, "Data connections go to your own address and ports above 1023 only; PASV does as well.");
  }
  return {
    connect: (signal) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: target.address, port: target.port, localAddress });
        const failed = (): void => {
          socket.destroy();
          reject(new FtpRefusal(425, "The data connection cannot be opened."));
        };
        signal.addEventListener("abort", failed, { once: true });
        socket.once("error", failed);
        socket.once("connect", () => {
          socket.off("error", failed);
          socket.on("error", () => socket.destroy());
          resolve(socket);
        });
      }),
    close: () => undefined,
  };
}
