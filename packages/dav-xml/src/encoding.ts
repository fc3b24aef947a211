import { XmlFault } from "./fault.js";

/** The XML declaration, with the version, the encoding and `standalone` in their fixed order (XML 1.0 2.8). */
export const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][A-Za-z0-9._-]*)"|'([A-Za-z][A-Za-z0-9._-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;

type Coding = "utf-8" | "us-ascii" | "utf-16" | "iso-8859-1";

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "us-ascii"],
  ["ascii", "us-ascii"],
  ["utf-16", "utf-16"],
  ["utf-16le", "utf-16"],
  ["utf-16be", "utf-16"],
  ["iso-8859-1", "iso-8859-1"],
  ["latin1", "iso-8859-1"],
]);

// The declaration stands at the very start, so a glance is enough.
const GLANCE = 256;

/**
 * Bytes to text: UTF-8, UTF-16 with a byte order mark, or the declared US-ASCII or ISO-8859-1 (RFC 4918 8.2, XML 1.0 4.3.3).
 * The byte order mark is taken off. Throws XmlFault `encoding` for bytes that are not what they claim.
 */
export function decodeBytes(bytes: Uint8Array): string {
  const wide = markOf(bytes);
  if (wide) return expectDeclared(decodeAs(wide, bytes), "utf-16");
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const glance = Buffer.from(bytes.subarray(0, GLANCE)).toString("latin1");
  const declared = declaredCoding(glance.slice(marked ? 3 : 0));
  if (declared === "utf-16") throw new XmlFault("encoding", "UTF-16 needs a byte order mark");
  if (declared === "iso-8859-1" && !marked) return Buffer.from(bytes).toString("latin1");
  const text = decodeAs("utf-8", bytes);
  if (declared === "us-ascii" && bytes.some((byte) => byte > 0x7f)) throw notIn("US-ASCII");
  return expectDeclared(text, "utf-8");
}

/** Takes a leading byte order mark off a string and refuses a declared encoding that is not served. */
export function acceptString(text: string): string {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  declaredCoding(bare);
  return bare;
}

function markOf(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
}

function decodeAs(label: "utf-8" | "utf-16le" | "utf-16be", bytes: Uint8Array): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    throw notIn(label.toUpperCase());
  }
}

function notIn(label: string): XmlFault {
  return new XmlFault("encoding", `the body is not valid ${label}`);
}

function expectDeclared(text: string, actual: Coding): string {
  const declared = declaredCoding(text);
  const fits = declared === undefined || declared === actual || (actual === "utf-8" && declared === "us-ascii");
  if (!fits) throw new XmlFault("encoding", `the body is ${actual} but declares ${declared}`);
  return text;
}

function declaredCoding(text: string): Coding | undefined {
  const match = DECLARATION.exec(text);
  const label = match?.[1] ?? match?.[2];
  if (label === undefined) return undefined;
  const coding = CODINGS.get(label.toLowerCase());
  if (!coding) throw new XmlFault("encoding", `the encoding '${label.slice(0, 40)}' is not served`);
  return coding;
}
