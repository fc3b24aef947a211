import { createServer, type Server, type Socket } from "node:net";
import { FtpRefusal } from "./answer.js";
import { plainAddress } from "./addresses.js";
import type { Channel, Control } from "./control.js";

/** Listens on a port; null when somebody else has it. */
function listenOn(server: Server, port: number, address: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    };
    server.once("error", failed);
    server.listen(port, address, 1, () => {
      server.off("error", failed);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : null);
    });
  });
}

/** The ports to try, beginning anywhere, so that the next one cannot be foretold. */
function portsOf({ passive, random }: Control["options"]): readonly number[] {
  if (passive.ports === null) return [0];
  const { from, to } = passive.ports;
  const count = to - from + 1;
  const first = Math.floor(random() * count);
  return Array.from({ length: count }, (_, i) => from + ((first + i) % count));
}

async function listen(control: Control, server: Server): Promise<number> {
  for (const port of portsOf(control.options)) {
    const found = await listenOn(server, port, control.localAddress);
    if (found !== null) return found;
  }
  throw new FtpRefusal(425, "All ports for data connections are in use; try again later.");
}

/**
 * Waits for the client on a port of its own (RFC 959 3.2, RFC 2428 3). Whoever comes from another address than the client is
 * turned away; the first who does not is served, and nobody after him.
 */
export async function openPassive(control: Control): Promise<{ readonly channel: Channel; readonly port: number }> {
  const server = createServer({ pauseOnConnect: true });
  let found: Socket | null = null;
  let served: ((socket: Socket) => void) | null = null;
  server.on("connection", (socket) => {
    socket.on("error", () => socket.destroy());
    if (plainAddress(socket.remoteAddress) !== control.address || found !== null) return void socket.destroy();
    found = socket;
    server.close();
    served?.(socket);
  });
  const port = await listen(control, server);
  server.on("error", () => server.close());
  const channel: Channel = {
    connect: (signal) =>
      new Promise((resolve, reject) => {
        const gone = (): void => reject(new FtpRefusal(425, "No data connection was opened in time."));
        if (found !== null) return resolve(found);
        if (signal.aborted) return gone();
        served = resolve;
        signal.addEventListener("abort", gone, { once: true });
      }),
    close() {
      server.close();
      found?.destroy();
    },
  };
  return { channel, port };
}
