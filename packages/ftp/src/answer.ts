import type { SecureContext } from "node:tls";

/** What the server says on the control connection (RFC 959 4.2). */
export interface Answer {
  readonly code: number;
  readonly text: string;
  /** Lines between the first and the last of an answer with several. */
  readonly lines?: readonly string[];
  /** The connection ends with it. */
  readonly ends?: true;
  /** After it everything is encrypted. */
  readonly encrypts?: SecureContext;
}

export const answer = (code: number, text: string): Answer => ({ code, text });

/** Something a command cannot do; it becomes the answer. */
export class FtpRefusal extends Error {
  override readonly name = "FtpRefusal";
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(text);
  }
}

// What a client sent comes back in some texts; it must not look like another answer.
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();

/** An answer as it goes over the wire. */
export function formatAnswer({ code, text, lines }: Answer): string {
  if (lines === undefined) return `${code} ${oneLine(text)}\r\n`;
  return [`${code}-${oneLine(text)}`, ...lines.map((line) => ` ${oneLine(line)}`), `${code} End\r\n`].join("\r\n");
}
