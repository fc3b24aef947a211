import { writeXml } from "@kalends/dav-xml";
import type { Exchange, Reply } from "./exchange.js";
import { multistatusBody } from "./multistatus.js";

/** What goes over the wire; `null` = no body. HEAD keeps its body here: the HTTP library counts it and drops it. */
export interface SentReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
}

const XML = "application/xml; charset=utf-8";

async function* encoded(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
}

/** Ends a stream when nobody waits for it any more, so that no further page is read. */
async function* until(cx: Waiting, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    // What is whole after one chunk needs no signal made for it.
    if (!isFirst) cx.signal.throwIfAborted();
    isFirst = false;
    yield chunk;
  }
}

type Waiting = Pick<Exchange, "signal" | "mount">;

const PLACES = ["Location", "Content-Location"];

/** Headers that name a place of this server name it as the client sees it. */
function mounted(headers: Headers, { mount = "" }: Waiting): Headers {
  if (mount === "") return headers;
  const places = PLACES.flatMap((name) => (headers[name]?.startsWith("/") ? [[name, mount + headers[name]]] : []));
  return { ...headers, ...Object.fromEntries(places) };
}

type Headers = Readonly<Record<string, string>>;

/** Turns a reply into status, headers and body for the HTTP library (RFC 4918 8.2, 13). */
export function sendReply(reply: Reply, cx: Waiting): SentReply {
  const { status } = reply;
  const headers = mounted(reply.headers ?? {}, cx);
  switch (reply.kind) {
    case "empty":
      return { status, headers, body: null };
    case "xml":
      return {
        status,
        headers: { "Content-Type": XML, ...headers },
        body: writeXml(reply.root, reply.build, {}, cx.mount),
      };
    case "multistatus":
      return {
        status,
        headers: { "Content-Type": XML, ...headers },
        body: until(cx, multistatusBody(reply, cx.mount)),
      };
    case "body": {
      const { body, type } = reply;
      const whole = typeof body === "string" || body instanceof Uint8Array;
      const sent = whole ? body : until(cx, encoded(body));
      return { status, headers: { "Content-Type": type, ...headers }, body: sent };
    }
  }
}
