import { connect, type Socket } from "node:net";
import { AdminError, nowhere, type Output, type Progress } from "./command.js";
import { type AdminMessage, type AdminRequest, jsonLine, jsonLines } from "./wire.js";

/** A connection to a running server's private socket, or null when no server listens there. */
export function connectAdmin(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED" || error.code === "ENOTSOCK") resolve(null);
      else reject(new AdminError(`cannot reach the running server through ${path}: ${error.message}`));
    });
  });
}

/** Sends one action to a running server and waits for its result. */
export async function askServer(
  socket: Socket,
  request: AdminRequest,
  progress: Progress,
  out: Output = nowhere,
): Promise<unknown> {
  socket.write(jsonLine(request));
  try {
    for await (const line of jsonLines(socket)) {
      const message = line as AdminMessage;
      if ("octets" in message) await out(Buffer.from(message.octets, "base64"));
      else if ("progress" in message) progress(...message.progress);
      else if ("error" in message) throw new AdminError(message.error);
      else return message.result;
    }
  } finally {
    socket.destroy();
  }
  throw new AdminError("the server ended the connection before the work was done; look at its log");
}
