import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Reply } from "@kalends/dav-core";

/** The content coding of an answer (RFC 9110 8.4); null = none. */
export type Coding = "gzip" | null;

type Headers = ReadonlyMap<string, string>;

/** True when the client says that it takes gzip, and does not say `q=0` (RFC 9110 12.5.3). */
function takesGzip(headers: Headers): boolean {
  const [, quality = "1"] = /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i.exec(
    headers.get("accept-encoding") ?? "",
  ) ?? [null, "0"];
  return Number(quality) > 0;
}

const MARK = "+gzip";

/**
 * The coding for a client, and its headers with the tags of coded answers read as those of the file itself: a client that
 * got the coded form names that one, also when it writes (RFC 9110 8.8.3.3).
 */
export function codingOf(offered: boolean, headers: Headers): { readonly encoding: Coding; readonly headers: Headers } {
  if (!offered) return { encoding: null, headers };
  const plain = new Map(headers);
  for (const name of ["if-match", "if-none-match", "if"]) {
    const value = plain.get(name);
    if (value !== undefined) plain.set(name, value.replaceAll(`${MARK}"`, '"'));
  }
  return { encoding: takesGzip(headers) ? "gzip" : null, headers: plain };
}

/** The tag of the coded form. */
export const codedTag = (etag: string, encoding: Coding): string =>
  encoding === null ? etag : `${etag.slice(0, -1)}${MARK}"`;

/** The answer in its coding. */
export function coded(reply: Extract<Reply, { kind: "body" }>, encoding: Coding): Reply {
  if (encoding === null) return reply;
  const { body } = reply;
  const source = typeof body === "string" || body instanceof Uint8Array ? [Buffer.from(body)] : body;
  const zipped = createGzip();
  // An error of the source ends the coded stream with it.
  pipeline(Readable.from(source), zipped, () => undefined);
  return {
    ...reply,
    headers: { ...reply.headers, "Content-Encoding": encoding },
    body: zipped as AsyncIterable<Uint8Array>,
  };
}
