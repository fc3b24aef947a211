import { readXml, XML_LIMITS } from "@kalends/dav-xml";
import type { WireReply } from "./replies.js";
import { isWireShot, type Shot } from "./shot.js";
import type { Outcome } from "./wire.js";

export const SLOW_MS = 1000;

/** What an honest server may say to nonsense beyond 4xx: not implemented, another server, HTTP version, no room. */
const HONEST = new Set([501, 502, 505, 507]);
const STACK = /\n\s+at .{1,200}:\d+:\d+/;
const ANY = Number.MAX_SAFE_INTEGER;
const LIMITS = { ...XML_LIMITS, size: ANY, nodes: ANY, references: ANY, depth: 10_000 };

/** What is wrong with an answer, or null. */
function replyFault({ status, head, body }: WireReply, shot: Shot): string | null {
  if (!(status >= 200 && status < 600)) return `no HTTP answer: ${head.slice(0, 80)}`;
  if (status >= 500 && !HONEST.has(status)) return `status ${status}`;
  if (STACK.test(body)) return "a stack trace in the answer";
  if (/>HTTP\/1\.1 5(?!0[127])/.test(body)) return "an item with a 5xx status";
  const isXml = /^Content-Type: application\/xml/im.test(head) && !isFile(status, shot);
  return isXml && !isWireShot(shot) && status !== 206 && body !== "" ? xmlFault(body) : null;
}

/** A file of the file area, the one thing GET gives as XML, comes back as it was sent, whatever its sender called it. */
const isFile = (status: number, shot: Shot): boolean => !isWireShot(shot) && shot.verb === "GET" && status === 200;

function xmlFault(body: string): string | null {
  try {
    readXml(Buffer.from(body, "latin1"), LIMITS);
    return null;
  } catch (error) {
    return `the answer is no XML: ${(error as Error).message}`;
  }
}

/** What is wrong with what came of a shot, or null. Time is not judged here: once is no measurement. */
export function faultOf(shot: Shot, { replies, isSilent }: Outcome): string | null {
  if (isSilent) return "no answer";
  for (const reply of replies) {
    const fault = replyFault(reply, shot);
    if (fault !== null) return fault;
  }
  return null;
}
