import type { Readable } from "node:stream";

/** Messages between the command line and a running server: one JSON value a line. */
export interface AdminRequest {
  readonly command: string;
  readonly args: unknown;
}

export type AdminMessage =
  | { readonly progress: readonly [done: number, total: number] }
  /** What an action gives in bulk, in Base64. */
  | { readonly octets: string }
  | { readonly result: unknown }
  | { readonly error: string };

/**
 * Splits a byte stream into JSON lines; the last line needs no line end. A reader that stops early leaves the stream
 * open, so that it can still answer on it.
 */
export async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  const parts: string[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
    const pieces = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split("\n");
    const last = pieces.pop() ?? "";
    for (const piece of pieces) {
      parts.push(piece);
      yield JSON.parse(parts.join(""));
      parts.length = 0;
    }
    parts.push(last);
  }
  const rest = parts.join("");
  if (rest !== "") yield JSON.parse(rest);
}

export const jsonLine = (message: AdminRequest | AdminMessage): string => `${JSON.stringify(message)}\n`;
