import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { House } from "../compose.js";
import { AdminError, nowhere, type Output, type Progress } from "./command.js";
import { adminCommands } from "./commands.js";
import { isTold, messageOf } from "./faults.js";
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
  socket.on("error", () => socket.destroy());
  const progress = (done: number, total: number) => socket.write(jsonLine({ progress: [done, total] }));
  const out: Output = async (octets) => {
    if (socket.destroyed) throw new AdminError("the command hung up");
    const more = socket.write(jsonLine({ octets: Buffer.from(octets).toString("base64") }));
    if (!more) await drained(socket);
  };
  const { value: request, done: hungUp } = await jsonLines(socket).next();
  if (hungUp) return void socket.end();
  socket.end(jsonLine(await answerTo(request as AdminRequest, house, progress, out)));
}

/** Resolves when the socket takes more, or never will. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      socket.off("drain", over).off("close", over);
      resolve();
    };
    socket.on("drain", over).on("close", over);
  });

async function answerTo(request: AdminRequest, house: House, progress: Progress, out: Output): Promise<AdminMessage> {
  try {
    return { result: await runAdmin(request, house, progress, out) };
  } catch (error) {
    if (!isTold(error)) house.log.warn({ err: error }, "admin command failed");
    return { error: messageOf(error) };
  }
}

/** Runs one action by name. */
export async function runAdmin(
  request: AdminRequest,
  house: House,
  progress: Progress,
  out: Output = nowhere,
): Promise<unknown> {
  const command = adminCommands.get(request.command);
  if (!command) {
    throw new AdminError(
      `the running server does not know "${request.command}": it is another version; restart it and try again`,
    );
  }
  return command.run(request.args, house, progress, out);
}
