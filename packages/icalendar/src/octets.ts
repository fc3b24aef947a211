import { isUtf8 } from "node:buffer";
import { failure, type Outcome, success } from "./finding.js";

/** Calendar text in the form it is stored and served: UTF-8 without mark, CRLF after every line (RFC 5545 3.1). */
export interface CalendarText {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** True when `bytes` differ from what was given. */
  readonly changed: boolean;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const LF = 10;
const CR = 13;
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
const BARE_LF = /(?:^|[^\r])\n/;

/**
 * Makes text of what a client sent: takes away a byte order mark, moves folds out of UTF-8 sequences, ends lines with CRLF.
 * Wrong encodings and control characters are findings (RFC 5545 3.1, 3.1.4; CAL-36, CAL-52).
 */
export function readOctets(source: Uint8Array | string): Outcome<CalendarText> {
  if (typeof source === "string") return readText(source, encoder.encode(source), false);
  const plain = withoutMark(source);
  const whole = isUtf8(plain) ? plain : joinSplitSequences(plain);
  if (whole !== plain && !isUtf8(whole)) return failure(notUtf8(whole));
  return readText(decoder.decode(whole), whole, whole !== source);
}

function readText(given: string, bytes: Uint8Array, changed: boolean): Outcome<CalendarText> {
  const text = given.startsWith("\uFEFF") ? given.slice(1) : given;
  const bad = FORBIDDEN.exec(text);
  if (bad !== null) return failure(forbidden(text, bad.index));
  const lines = text === "" || text.endsWith("\n") ? text : `${text}\r\n`;
  const clean = BARE_LF.test(lines) ? lines.replace(/\r?\n/g, "\r\n") : lines;
  if (clean === given) return success({ text: clean, bytes, changed });
  return success({ text: clean, bytes: encoder.encode(clean), changed: true });
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Old clients fold at octet 75 even inside a character; the fold is moved before it, so neither size nor line count changes. */
function joinSplitSequences(source: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(source);
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1];
    if ((next === 32 || next === 9) && isContinuation(bytes[at + 2])) moveFold(bytes, at);
  }
  return bytes;
}

function moveFold(bytes: Uint8Array, lineFeed: number): void {
  const fold = bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
  let lead = fold - 1;
  while (lead > fold - 4 && isContinuation(bytes[lead])) lead -= 1;
  if (lead < 0) return;
  const head = bytes.slice(lead, fold);
  bytes.copyWithin(lead, fold, lineFeed + 2);
  bytes.set(head, lead + lineFeed + 2 - fold);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function notUtf8(bytes: Uint8Array) {
  return {
    code: "valid-calendar-data",
    line: lineOfInvalid(bytes),
    message: "The calendar is not encoded in UTF-8; save it as UTF-8 and send it again.",
    spec: "RFC 5545 3.1.4",
  } as const;
}

function lineOfInvalid(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
    if (!isUtf8(bytes.subarray(start, end))) return line;
    line += 1;
    start = end + 1;
  }
  return line;
}

function forbidden(text: string, index: number) {
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(2, "0");
  const line = text.slice(0, index).split("\n").length;
  return {
    code: "valid-calendar-data",
    line,
    message: `The calendar has the control character 0x${code}, which iCalendar text must not contain.`,
    spec: "RFC 5545 3.1",
  } as const;
}
