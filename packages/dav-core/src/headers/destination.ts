import type { Exchange } from "../exchange.js";
import { refuseStatus } from "../refusal.js";

/** What a server goes by, and where it is mounted. */
export type Known = Pick<Exchange, "origin" | "aliases" | "mount">;

/**
 * Path of an absolute URI on this server, or of an absolute path, without the proxy's prefix; undefined for another server
 * (raw, still encoded).
 */
export function localPath(reference: string, known: Known): string | undefined | null {
  const text = reference.trim();
  if (text.startsWith("/") && !text.startsWith("//")) return unmounted(text.split(/[?#]/)[0] ?? text, known.mount);
  const found = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(\/[^?#]*)?/i.exec(text);
  if (!found) return null;
  const isHere = [known.origin, ...(known.aliases ?? [])].some((base) => sameOrigin(found[1] ?? "", base));
  return isHere ? unmounted(found[2] ?? "/", known.mount) : undefined;
}

/** A path without the prefix that a proxy puts before it; a path that lacks it stays as it is. */
export function unmounted(path: string, mount = ""): string {
  if (mount === "" || !path.startsWith(mount)) return path;
  const rest = path.slice(mount.length);
  if (rest === "") return "/";
  return rest.startsWith("/") ? rest : path;
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

/** The `Destination` of COPY and MOVE as a raw path: 400 when missing or malformed, 502 for another server (RFC 4918 10.3). */
export function parseDestination(header: string | undefined, known: Known): string {
  if (header === undefined) return refuseStatus(400, "The Destination header is missing.");
  const path = localPath(header, known);
  if (path === null) return refuseStatus(400, "Destination must be an absolute URI or an absolute path.");
  return path ?? refuseStatus(502, "Destination is on another server.");
}

/** `Overwrite: F`; true without the header (RFC 4918 10.6). */
export function parseOverwrite(header: string | undefined): boolean {
  const value = header?.trim().toUpperCase() ?? "T";
  if (value !== "T" && value !== "F") return refuseStatus(400, "Overwrite must be T or F.");
  return value === "T";
}
