import type { JComponent, JProperty } from "./jcal.js";
import { encodeValues } from "./values/codec.js";
import { valueRule } from "./values/types.js";

const FOLD = 75;
const CARET = /[\n"^]/g;
const ENCODED: Readonly<Record<string, string>> = { "\n": "^n", '"': "^'", "^": "^^" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them away is the purpose
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f]/g;
/** Parameters whose values RFC 5545 3.2 always puts in quotes. */
const QUOTED = new Set(["altrep", "delegated-from", "delegated-to", "dir", "member", "sent-by"]);

/** Writes jCal as text with CRLF, folded at 75 octets outside of UTF-8 sequences (RFC 5545 3.1). Line breaks in values cannot make new lines. */
export function printCalendar(component: JComponent): string {
  const out: string[] = [];
  printComponent(component, out);
  return out.join("");
}

function printComponent([name, properties, components]: JComponent, out: string[]): void {
  const written = name.toUpperCase();
  out.push(foldLine(`BEGIN:${written}`));
  for (const property of properties) out.push(foldLine(printProperty(property)));
  for (const child of components) printComponent(child, out);
  out.push(foldLine(`END:${written}`));
}

/** One property as an unfolded content line without line break. */
export function printProperty([name, params, type, ...values]: JProperty): string {
  const explicit = type !== valueRule(name).type && type !== "unknown" ? `;VALUE=${type.toUpperCase()}` : "";
  const written = Object.entries(params).map(([key, value]) => `;${key.toUpperCase()}=${printParam(key, value)}`);
  return `${name.toUpperCase()}${written.join("")}${explicit}:${encodeValues(name, type, values)}`;
}

/** Folds one content line and ends it with CRLF. */
export function foldLine(content: string): string {
  const line = content.replace(CONTROLS, "");
  if (line.length <= FOLD && Buffer.byteLength(line) <= FOLD) return `${line}\r\n`;
  const bytes = Buffer.from(line);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = pieceEnd(bytes, start, start === 0 ? FOLD : FOLD - 1);
    pieces.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return `${pieces.join("\r\n ")}\r\n`;
}

function pieceEnd(bytes: Uint8Array, start: number, width: number): number {
  let end = Math.min(start + width, bytes.length);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

function printParam(name: string, value: string | readonly string[]): string {
  const quote = QUOTED.has(name);
  return typeof value === "string" ? quoted(value, quote) : value.map((each) => quoted(each, quote)).join(",");
}

function quoted(value: string, always: boolean): string {
  const written = value.replace(/\r\n?/g, "\n").replace(CARET, (mark) => ENCODED[mark] ?? mark);
  return always || /[,:;]/.test(written) ? `"${written}"` : written;
}
