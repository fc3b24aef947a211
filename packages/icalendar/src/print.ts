import type { JComponent, JParams, JProperty } from "./jcal.js";
import { writeProperty } from "./property-line.js";

/** The type of a property that was left as it stands in the text: its value is its lines. No VALUE parameter gives it. */
export const UNREAD = "UNREAD";

const FOLD = 75;
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f]/g;

/** Writes jCal as text with CRLF, folded at 75 octets outside of UTF-8 sequences (RFC 5545 3.1). Line breaks in values cannot make new lines. */
export function printCalendar(component: JComponent): string {
  const out: string[] = [];
  printComponent(component, out);
  return out.join("");
}

/** Writes what stands inside a component, in the same way. */
export function printParts(properties: readonly JProperty[], components: readonly JComponent[]): string {
  const out: string[] = properties.map(printProperty);
  for (const child of components) printComponent(child, out);
  return out.join("");
}

function printComponent([name, properties, components]: JComponent, out: string[]): void {
  const written = name.toUpperCase();
  out.push(foldLine(`BEGIN:${written}`));
  for (const property of properties) out.push(printProperty(property));
  for (const child of components) printComponent(child, out);
  out.push(foldLine(`END:${written}`));
}

function printProperty(property: JProperty): string {
  const [name, params, type, value] = property;
  if (type === UNREAD) return String(value);
  if (type === "date-time" && property.length === 4 && isBare(name, params) && DATE_TIME.test(String(value)))
    return `${name.toUpperCase()}:${String(value).replace(/[-:]/g, "")}\r\n`;
  return foldLine(writeProperty(property));
}

/** Most of what is written anew are times, of a form that needs no look at the tables. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/;
const TIMES: ReadonlySet<string> = new Set(["dtstart", "dtend", "due", "recurrence-id"]);

function isBare(name: string, params: JParams): boolean {
  if (!TIMES.has(name)) return false;
  for (const _ in params) return false;
  return true;
}

/** Folds one content line and ends it with CRLF. ical.js' own folds reach 76. */
export function foldLine(content: string): string {
  const line = content.replace(CONTROLS, "");
  if (line.length <= FOLD && Buffer.byteLength(line) <= FOLD) return `${line}\r\n`;
  const bytes = Buffer.from(line);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length;) {
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
