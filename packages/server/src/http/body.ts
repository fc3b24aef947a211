import type { IncomingMessage } from "node:http";
import { refuseStatus } from "@kalends/dav-core";

/** How much of a body that is refused is still taken off the wire, so that most clients live to read the answer. */
const DISCARDED = 16 * 1024 * 1024;

/**
 * The whole request body. Longer than `limit` octets it is refused with `status` (413; 400 for XML, whose size is part of
 * its form); a content coding, which would let a small body become a large one, with 415.
 */
export async function readBody(request: IncomingMessage, limit: number, status: 400 | 413 = 413): Promise<Uint8Array> {
  const coding = request.headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") refuseStatus(415, `content coding ${coding} is not accepted`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (size > limit + DISCARDED) break;
  }
  if (size > limit) {
    refuseStatus(status, `the body is larger than the limit of ${limit} octets`, { Connection: "close" });
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}
