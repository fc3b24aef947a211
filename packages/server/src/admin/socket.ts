import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { House } from "../compose.js";
import { AdminError } from "./command.js";
import { adminCommands } from "./commands.js";
import { messageOf } from "./faults.js";
import { type AdminMessage, type AdminRequest, jsonLine, jsonLines } from "./wire.js";

/**
 * Listens on the private socket through which the command line reaches a running server. Only the account that runs
 * the server can connect (mode 0600), which is the whole of its access control.
 */
export async function listenForAdmin(path: string, house: House): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    serve(socket, house).catch((error: unknown) => house.log.error({ err: error }, "admin connection failed"));
  });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
  return server;
}

async function serve(socket: Socket, house: House): Promise<void> {
  const send = (message: AdminMessage) => socket.write(jsonLine(message));
  socket.on("error", () => socket.destroy());
  try {
    for await (const request of jsonLines(socket)) {
      const result = await runAdmin(request as AdminRequest, house, (done, total) => send({ progress: [done, total] }));
      send({ result });
      break;
    }
  } catch (error) {
    if (!(error instanceof AdminError)) house.log.warn({ err: error }, "admin command failed");
    send({ error: messageOf(error) });
  }
  socket.end();
}

/** Runs one action by name. */
export function runAdmin(
  request: AdminRequest,
  house: House,
  progress: (done: number, total: number) => void,
): Promise<unknown> {
  const command = adminCommands.get(request.command);
  if (!command)
    throw new AdminError(`this server does not know the command ${request.command}; is it another version?`);
  return command.run(request.args, house, progress);
}
