const ESCAPED = /\\([\\;,nN])/g;
const TO_ESCAPE = /[\\;,]|\r\n|\r|\n/g;

/** A TEXT value without its escapes; an unknown escape stays as written (RFC 5545 3.3.11). */
export function decodeText(raw: string): string {
  if (!raw.includes("\\")) return raw;
  if (raw.includes("\\\\"))
    return raw.replace(ESCAPED, (_, mark: string) => (mark === "n" || mark === "N" ? "\n" : mark));
  return raw.replace(/\\[nN]/g, "\n").replace(/\\([;,])/g, "$1");
}

export function encodeText(value: string): string {
  return value.replace(TO_ESCAPE, (mark) => (mark === "\\" || mark === ";" || mark === "," ? `\\${mark}` : "\\n"));
}

/** Parts between separators that no backslash escapes. */
export function splitUnescaped(raw: string, separator: "," | ";"): string[] {
  if (!raw.includes("\\")) return raw.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const mark = raw.charAt(at);
    if (mark === "\\") at += 1;
    if (mark !== separator) continue;
    parts.push(raw.slice(start, at));
    start = at + 1;
  }
  parts.push(raw.slice(start));
  return parts;
}
