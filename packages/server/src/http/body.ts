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
  const { chunks, size } = await collect(request, limit);
  if (size > limit) {
    refuseStatus(status, `the body is larger than the limit of ${limit} octets`, { Connection: "close" });
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

interface Collected {
  readonly chunks: readonly Buffer[];
  /** Of all that was sent, also where it was not kept. */
  readonly size: number;
}

/** A body up to `limit`, by events, which cost a tenth of an iterator; a longer one is taken and thrown away. */
function collect(request: IncomingMessage, limit: number): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = () => {
      request.off("close", broken);
      resolve({ chunks, size });
    };
    const broken = () => reject(left());
    if (request.readableEnded) return end();
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
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
