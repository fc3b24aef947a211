import type { IncomingMessage } from "node:http";
import { Refused, refuseStatus } from "@kalends/dav-core";
import type { Deadline } from "./deadline.js";

/** How much of a body that is refused is still taken off the wire, so that most clients live to read the answer. */
const DISCARDED = 16 * 1024 * 1024;

/**
 * The whole request body. Longer than `limit` octets it is refused with `status` (413; 400 for XML, whose size is part of
 * its form); a content coding, which would let a small body become a large one, with 415.
 */
export async function readBody(request: IncomingMessage, limit: number, status: 400 | 413 = 413): Promise<Uint8Array> {
  refuseCoding(request);
  const kept = keepingOf(request, limit);
  const size = await collect(request, limit, kept);
  if (size > limit) {
    refuseStatus(status, `the body is larger than the limit of ${limit} octets`, { Connection: "close" });
  }
  return kept.whole(size);
}

/** What is kept of a body until it is whole. */
interface Keeping {
  /** The next piece; `at` octets came before it. */
  readonly add: (chunk: Buffer, at: number) => void;
  readonly whole: (size: number) => Uint8Array;
}

/** From so many octets on a body goes where it stays, for worker threads as well: put together and handed over it would be there thrice. */
const LARGE = 1024 * 1024;

function keepingOf({ headers }: IncomingMessage, limit: number): Keeping {
  const length = Number(headers["content-length"] ?? 0);
  return length >= LARGE && length <= limit ? inSharedMemory(length) : inPieces();
}

/** A shorter body is taken as it is; a longer one cannot come, as what follows so many octets is another request (RFC 9112 6.3). */
function inSharedMemory(length: number): Keeping {
  const all = Buffer.from(new SharedArrayBuffer(length));
  return { add: (chunk, at) => void chunk.copy(all, at), whole: (size) => all.subarray(0, size) };
}

function inPieces(): Keeping {
  const chunks: Buffer[] = [];
  return {
    add: (chunk) => void chunks.push(chunk),
    whole: (size) => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)),
  };
}

/**
 * A body up to `limit`, by events, which cost a tenth of an iterator; a longer one is taken and thrown away. Gives how many octets
 * were sent, kept or not.
 */
function collect(request: IncomingMessage, limit: number, kept: Keeping): Promise<number> {
  return new Promise((resolve, reject) => {
    let size = 0;
    const end = () => {
      request.off("close", broken);
      resolve(size);
    };
    const broken = () => reject(left());
    if (request.readableEnded) return end();
    request.on("data", (chunk: Buffer) => {
      const at = size;
      size += chunk.length;
      if (size <= limit) kept.add(chunk, at);
      else if (size > limit + DISCARDED) {
        end();
        request.destroy();
      }
    });
    request.on("end", end);
    request.on("error", (error: NodeJS.ErrnoException) => reject(error.code === "ECONNRESET" ? left() : error));
    request.on("close", broken);
  });
}

/** A client that leaves in the middle of a body has sent a malformed request; that is no fault of ours. */
const left = (): Refused =>
  new Refused({ status: 400, note: "the client left before the body was whole", headers: { Connection: "close" } });

function refuseCoding({ headers }: IncomingMessage): void {
  const coding = headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") refuseStatus(415, `content coding ${coding} is not accepted`);
}

/**
 * The request body piece by piece, at the reader's pace; the deadline stands still while the client sends. A reader who
 * stops early leaves the rest to be thrown away, so that the client lives to read the answer.
 */
export async function* streamBody(
  request: IncomingMessage,
  deadline: Pick<Deadline, "pause" | "resume" | "signal">,
): AsyncGenerator<Uint8Array> {
  refuseCoding(request);
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  try {
    for (;;) {
      deadline.pause();
      const next = await pieces.next();
      deadline.signal.throwIfAborted();
      deadline.resume();
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (!request.complete) throw left();
    throw error;
  } finally {
    await pieces.return?.();
  }
}
