/** One answer as it came over the wire. */
export interface WireReply {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  /** One character an octet. */
  readonly body: string;
  /** The server will not use the connection again. */
  readonly isLast: boolean;
}

export interface Reading {
  readonly replies: readonly WireReply[];
  /** What is left of the octets: the beginning of the next answer. */
  readonly rest: string;
}

interface Body {
  readonly body: string;
  readonly end: number;
}

const header = (head: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(head)?.[1]?.trim();

function chunkedBody(text: string, from: number): Body | null {
  const parts: string[] = [];
  for (let at = from; ;) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    const end = line + 2 + size + 2;
    if (Number.isNaN(size) || text.length < end) return null;
    if (size === 0) return { body: parts.join(""), end };
    parts.push(text.slice(line + 2, end - 2));
    at = end;
  }
}

function bodyOf(text: string, from: number, head: string, isHead: boolean): Body | null {
  const status = Number(head.slice(9, 12));
  if (isHead || status < 200 || status === 204 || status === 304) return { body: "", end: from };
  if (/chunked/i.test(header(head, "Transfer-Encoding") ?? "")) return chunkedBody(text, from);
  const length = header(head, "Content-Length");
  if (length === undefined) return { body: text.slice(from), end: text.length };
  const end = from + Number(length);
  return text.length < end ? null : { body: text.slice(from, end), end };
}

/** Takes whole answers off the octets; interim ones (1xx) are left out. `isHead`: they answer HEAD and have no body. */
export function readReplies(text: string, isHead: boolean): Reading {
  const replies: WireReply[] = [];
  let rest = text;
  for (;;) {
    const blank = rest.indexOf("\r\n\r\n");
    if (blank < 0) return { replies, rest };
    const head = rest.slice(0, blank);
    const found = bodyOf(rest, blank + 4, head, isHead);
    if (found === null) return { replies, rest };
    const status = Number(head.slice(9, 12));
    const isLast = /close/i.test(header(head, "Connection") ?? "");
    if (status >= 200) replies.push({ status, head, body: found.body, isLast });
    rest = rest.slice(found.end);
  }
}
