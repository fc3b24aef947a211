import type { IncomingMessage } from "node:http";
import { refuseStatus } from "@kalends/dav-core";

/**
 * The whole request body. Refuses with 413 as soon as it is known to be longer than `limit` octets, and with 415 a
 * content coding, which would let a small body become a large one.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const coding = request.headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") refuseStatus(415, `content coding ${coding} is not accepted`);
  if (Number(request.headers["content-length"] ?? 0) > limit) tooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) tooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

function tooLarge(limit: number): never {
  // The rest of the body is not read, so the connection cannot be used again.
  refuseStatus(413, `the body is larger than the limit of ${limit} octets`, { Connection: "close" });
}
