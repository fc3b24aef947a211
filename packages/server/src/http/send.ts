import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { SentReply } from "@kalends/dav-core";
import type { Deadline } from "./deadline.js";
import { REQUEST_ID } from "./request-id.js";

/** What people store is never to be taken for a page. */
export const NOSNIFF = Object.freeze({ "X-Content-Type-Options": "nosniff" });

/** Answers up to here leave as a whole, with their length, in one write. */
const WHOLE = 16 * 1024;
/** After so many pieces others get their turn, however fast the client reads. */
const TURN = 8;

/** What of a request the answer depends on. */
export interface Sending {
  readonly request: Pick<IncomingMessage, "method">;
  readonly response: ServerResponse;
  readonly state?: { readonly requestId: string };
}

/** What every answer bears. */
const always = ({ state }: Sending): Record<string, string> =>
  state ? { ...NOSNIFF, [REQUEST_ID]: state.requestId } : { ...NOSNIFF };

/** Octets, or none, as an answer in one write. */
export function sendWhole(to: Sending, reply: WholeReply): void {
  const { request, response } = to;
  const { status, body } = reply;
  const headers: Record<string, string | readonly string[]> = { ...always(to), ...reply.headers };
  if (body === null) {
    delete headers["Content-Type"];
    if (status !== 204 && status !== 304) headers["Content-Length"] = "0";
    response.writeHead(status, headers as Headers).end();
    return;
  }
  headers["Content-Length"] = String(Buffer.byteLength(body));
  response.writeHead(status, headers as Headers);
  if (request.method === "HEAD") response.end();
  else if (typeof body === "string" || body.length > WHOLE) response.end(body);
  // A text leaves together with the headers; in this one each character is an octet.
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"), "latin1");
}

type Headers = Record<string, string | string[]>;

/** A reply whose body is at hand; a header may stand several times. */
export interface WholeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | null;
}

/**
 * Answers a request. What is small is collected and leaves as a whole; then trouble while it is made is still thrown, and
 * becomes a status. What is large is streamed at the reader's pace after this has returned, each piece made within the
 * deadline; `broken` hears of an error then, and the client of a connection that breaks.
 */
export async function send(
  to: Sending,
  reply: SentReply,
  deadline: Deadline,
  broken: (error: unknown) => void,
): Promise<void> {
  const { status, headers, body } = reply;
  if (body === null || typeof body === "string" || body instanceof Uint8Array) {
    deadline.pause();
    return sendWhole(to, { status, headers, body });
  }
  const pieces = body[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  const isWhole = to.request.method === "HEAD" || (await collect(pieces, first, deadline));
  deadline.pause();
  if (to.request.method !== "HEAD" && isWhole) {
    return sendWhole(to, { status, headers, body: first.length === 1 && first[0] ? first[0] : Buffer.concat(first) });
  }
  to.response.writeHead(status, { ...always(to), ...headers });
  if (to.request.method !== "HEAD") return void pump(to.response, first, pieces, deadline).catch(broken);
  to.response.end();
  await pieces.return?.();
}

/** Takes pieces up to what is sent as a whole; true when there are no more. */
async function collect(pieces: AsyncIterator<Uint8Array>, taken: Uint8Array[], deadline: Deadline): Promise<boolean> {
  for (let size = 0; size <= WHOLE;) {
    deadline.resume();
    const next = await pieces.next();
    deadline.check();
    if (next.done) return true;
    taken.push(next.value);
    size += next.value.length;
  }
  return false;
}

async function pump(
  response: ServerResponse,
  first: readonly Uint8Array[],
  pieces: AsyncIterator<Uint8Array>,
  deadline: Deadline,
): Promise<void> {
  try {
    for (const piece of first) response.write(piece);
    for (let count = 1; !response.destroyed; count += 1) {
      if (response.writableNeedDrain) await drained(response);
      else if (count % TURN === 0) await setImmediate();
      deadline.resume();
      const next = await pieces.next();
      deadline.pause();
      if (next.done) return void response.end();
      response.write(next.value);
    }
    await pieces.return?.();
  } catch (error) {
    // Half an answer is not to be taken for the whole.
    response.destroy();
    throw error;
  } finally {
    deadline.pause();
  }
}

/** Waits until the client has read, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
