import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { answer, FtpRefusal } from "./answer.js";
import type { Control } from "./control.js";

/** How long a client may take to close a data connection after all has been sent. */
const LINGER_MS = 5_000;
/** How much of a file that is too large is still taken off the wire. */
const DISCARDED = 16 * 1024 * 1024;

const encrypted = (socket: Socket, secureContext: SecureContext): Socket =>
  new TLSSocket(socket, { isServer: true, secureContext });

/**
 * Opens the data connection that was agreed on, and uses it within the time a transfer may take. Refuses with 425 what
 * cannot be opened, with 426 what broke off, with 521 what would not be encrypted though it has to be.
 */
async function withData<T>(control: Control, use: (socket: Socket) => Promise<T>): Promise<T> {
  const { state, options } = control;
  const { channel } = state;
  state.channel = null;
  if (channel === null) throw new FtpRefusal(425, "Say first where the data goes: PASV or EPSV.");
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.transfer);
  state.transfer = abort;
  try {
    control.say(answer(150, "Opening the data connection."));
    const raw = await channel.connect(abort.signal);
    const socket = state.isProtected && state.context ? encrypted(raw, state.context) : raw;
    abort.signal.addEventListener("abort", () => [socket, raw].forEach((each) => each.destroy()), { once: true });
    return await use(socket);
  } catch (error) {
    if (error instanceof FtpRefusal) throw error;
    throw new FtpRefusal(426, abort.signal.aborted ? "The transfer was ended." : "The data connection broke off.");
  } finally {
    clearTimeout(timer);
    state.transfer = null;
    if (abort.signal.aborted) channel.close();
  }
}

/** Refuses with 521 where transfers must be encrypted and this one would not be (RFC 4217). */
export function checkProtection({ state, options }: Control): void {
  if (options.requireTls && !state.isProtected) throw new FtpRefusal(521, "Data is to be encrypted here: PROT P.");
}

/** Takes what a client sends, and no more than a file may have (552); of the rest so much that it lives to read the answer. */
export function receive(control: Control): Promise<Uint8Array> {
  const { size: most } = control.options;
  return withData(control, async (socket) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else if (size > most + DISCARDED) break;
    }
    if (size > most) throw new FtpRefusal(552, `The file is larger than ${most} octets.`);
    return Buffer.concat(chunks, size);
  });
}

/** Sends a file or a listing, then closes the data connection. */
export function send(control: Control, data: Uint8Array): Promise<void> {
  return withData(
    control,
    (socket) =>
      new Promise((resolve, reject) => {
        const broken = (): void => reject(new Error("the data connection was closed early"));
        socket.once("error", broken);
        socket.once("close", broken);
        socket.resume();
        socket.end(data, () => {
          socket.setTimeout(LINGER_MS, () => socket.destroy());
          resolve();
        });
      }),
  );
}
