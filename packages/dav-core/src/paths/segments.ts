import { refuseStatus } from "../refusal.js";

/** A path taken apart: decoded names, in which `/` stands for `%2F`. */
export interface Segments {
  readonly names: readonly string[];
  /** Written with a slash at the end. */
  readonly slash: boolean;
}

const CONTROL = /\p{Cc}/u;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return refuseStatus(400, "The path is not percent-encoded UTF-8.");
  }
}

function checked(name: string): string {
  if (CONTROL.test(name)) return refuseStatus(400, "A name in the path holds a control character.");
  for (const part of name.split("/")) {
    if (part === "") return refuseStatus(400, "A name in the path is empty.");
    if (part === "." || part === "..") return refuseStatus(400, `"${part}" is not allowed as a name in the path.`);
  }
  return name;
}

/**
 * Decodes an absolute path. Refuses with 400 what is not percent-encoded UTF-8, `.` and `..`, control characters and
 * empty names in between (DAV-17).
 */
export function decodePath(path: string): Segments {
  if (!path.startsWith("/")) return refuseStatus(400, "The path must begin with a slash.");
  if (path === "/") return { names: [], slash: true };
  const slash = path.endsWith("/");
  const names = path
    .slice(1, slash ? -1 : undefined)
    .split("/")
    .map((segment) => checked(decoded(segment)));
  return { names, slash };
}

/** One name as it stands in every href we write: unreserved characters and `@` plain, all else percent-encoded. */
export const encodeSegment = (name: string): string =>
  TO_ENCODE.test(name)
    ? encodeURIComponent(name)
        .replaceAll("%40", "@")
        .replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    : name;

// Most names need nothing, and listings have many.
const TO_ENCODE = /[^\w.~@-]/;

/** The canonical path of these names. */
export const encodePath = ({ names, slash }: Segments): string =>
  `/${names.map(encodeSegment).join("/")}${slash && names.length > 0 ? "/" : ""}`;

/** The href of the collection around this one; "/" for the root. */
export const parentHref = (href: string): string => href.slice(0, href.lastIndexOf("/", href.length - 2) + 1) || "/";
