import { Readable } from "node:stream";
import type { SentReply } from "@kalends/dav-core";
import type Koa from "koa";
import { type Deadline, within } from "./deadline.js";

/** Hands an answer to the HTTP library. */
export function send(ctx: Koa.Context, reply: SentReply, deadline: Deadline): void {
  deadline.pause();
  ctx.status = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) ctx.set(name, value);
  if (reply.body === null) {
    ctx.body = null;
    // Koa turns an empty body into 204; the status is ours to choose.
    ctx.status = reply.status;
    if (reply.status !== 204 && reply.status !== 304) ctx.set("Content-Length", "0");
  } else {
    ctx.body = bodyOf(reply.body, deadline);
    if (reply.headers["Content-Type"] === undefined) ctx.remove("Content-Type");
  }
}

function bodyOf(body: string | Uint8Array | AsyncIterable<Uint8Array>, deadline: Deadline): string | Buffer | Readable {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Readable.from(within(deadline, body));
}
