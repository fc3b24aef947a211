import { refuseStatus } from "../refusal.js";

/** Path of an absolute URI on this server, or of an absolute path; undefined for another server (raw, still encoded). */
export function localPath(reference: string, origin: string): string | undefined | null {
  const text = reference.trim();
  if (text.startsWith("/") && !text.startsWith("//")) return text.split(/[?#]/)[0] ?? text;
  const found = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(\/[^?#]*)?/i.exec(text);
  if (!found) return null;
  return sameOrigin(found[1] ?? "", origin) ? (found[2] ?? "/") : undefined;
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

/** The `Destination` of COPY and MOVE as a raw path: 400 when missing or malformed, 502 for another server (RFC 4918 10.3). */
export function parseDestination(header: string | undefined, origin: string): string {
  if (header === undefined) return refuseStatus(400, "The Destination header is missing.");
  const path = localPath(header, origin);
  if (path === null) return refuseStatus(400, "Destination must be an absolute URI or an absolute path.");
  return path ?? refuseStatus(502, "Destination is on another server.");
}

/** `Overwrite: F`; true without the header (RFC 4918 10.6). */
export function parseOverwrite(header: string | undefined): boolean {
  const value = header?.trim().toUpperCase() ?? "T";
  if (value !== "T" && value !== "F") return refuseStatus(400, "Overwrite must be T or F.");
  return value === "T";
}
