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
const TAB = 9;
const STRAY = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\uFFFE\uFFFF]/g;
const FORBIDDEN = /\x00|\r(?!\n)/;
const NOT_ASCII = /[\x80-\xff]/;
const BARE_LF = /(?:^|[^\r])\n/;

/**
 * Makes text of what a client sent: takes away a byte order mark, control characters that mean nothing and XML could not carry, and
 * NULs behind the end; moves folds out of UTF-8 sequences, ends lines with CRLF. Wrong encodings, NULs, and a lone CR beside other
 * line ends are findings (RFC 5545 3.1, 3.1.4; CAL-36, CAL-52).
 */
export function readOctets(source: Uint8Array | string): Outcome<CalendarText> {
  if (typeof source === "string") return readText(source, encoder.encode(source), false);
  const plain = withoutMark(source);
  const whole = isUtf8(plain) ? plain : joinSplitSequences(plain);
  if (whole !== plain && !isUtf8(whole)) return failure(notUtf8(whole));
  return readText(decoder.decode(whole), whole, whole !== source);
}

/** The same for octets alone: those that need no change are not made text of. */
export function readBytes(source: Uint8Array | string): Outcome<Uint8Array> {
  const given = typeof source === "string" ? encoder.encode(source) : source;
  if (isUtf8(given) && isPlainUtf8(given)) return success(given);
  const read = readOctets(source);
  return read.ok ? success(read.value.bytes) : read;
}

/** {@link isPlain} for UTF-8. A mark or a non-character, which begin with 0xEF, are left to those who look closer. */
function isPlainUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes[at] as number;
    if (code > 31 && code !== 127 && code !== 0xef) continue;
    if (code === CR && bytes[at + 1] === LF) at += 1;
    else if (code === 0xef ? !isCharacter(bytes, at) : code !== TAB) return false;
  }
  return bytes[bytes.length - 1] === LF;
}

/** Whether what begins with 0xEF there is no mark (EF BB BF) and no non-character (EF BF BE, EF BF BF). */
const isCharacter = (bytes: Uint8Array, at: number): boolean =>
  !(bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) && !(bytes[at + 1] === 0xbf && (bytes[at + 2] as number) >= 0xbe);

/** Octets as a string of one character each: half the room of text, and the same places. */
export const binaryOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("latin1");

/** The text of such a string. */
export const textOfBinary = (binary: string): string =>
  NOT_ASCII.test(binary) ? Buffer.from(binary, "latin1").toString() : binary;

/** The same for text alone, which needs no octets. */
export function readCharacters(given: string): Outcome<string> {
  if (isPlain(given)) return success(given);
  const text = withoutStrays(given);
  const bad = FORBIDDEN.exec(text);
  if (bad !== null) return failure(forbidden(text, bad.index));
  const lines = text === "" || text.endsWith("\n") ? text : `${text}\r\n`;
  return success(BARE_LF.test(lines) ? lines.replace(/\r?\n/g, "\r\n") : lines);
}

/** Whether a text has whole lines that end in CRLF, and no character that would be taken away. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 31 && code < 127) continue;
    if (code === CR && text.charCodeAt(at + 1) === LF) at += 1;
    else if ((code < 32 && code !== TAB) || code === 127 || code >= 0xfffe || (code === 0xfeff && at === 0))
      return false;
  }
  return text.charCodeAt(text.length - 1) === LF;
}

function readText(given: string, bytes: Uint8Array, changed: boolean): Outcome<CalendarText> {
  const text = readCharacters(given);
  if (!text.ok) return text;
  if (text.value === given) return success({ text: given, bytes, changed });
  return success({ text: text.value, bytes: encoder.encode(text.value), changed: true });
}

function withoutStrays(given: string): string {
  const marked = given.startsWith("\uFEFF") ? given.slice(1) : given;
  let end = marked.length;
  while (end > 0 && marked.charCodeAt(end - 1) === 0) end -= 1;
  const text = marked.slice(0, end).replace(STRAY, "");
  if (!text.includes("\r")) return text;
  return text.includes("\n") ? text.replace(/\r\r\n/g, "\r\n") : text.replace(/\r/g, "\r\n");
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
  const line = text.slice(0, index).split("\n").length;
  return {
    code: "valid-calendar-data",
    line,
    message:
      text.charCodeAt(index) === CR
        ? "The calendar has a carriage return inside a line; a line break inside a text is written \\n."
        : "The calendar has a NUL character; perhaps it is UTF-16: save it as UTF-8 and send it again.",
    spec: "RFC 5545 3.1",
  } as const;
}
