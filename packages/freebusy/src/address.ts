import { decodePath, encodeSegment } from "@kalends/dav-core";

/** The form a file has by its name: Outlook's `.vfb`, or `.ifb` of RFC 5545 8.1. */
export type FileForm = "vfb" | "ifb";

/** Whose file, as a path names it: in lower case, without extension. */
export interface FileName {
  readonly login: string;
  /** Null = the domain that `Host` chooses. */
  readonly domain: string | null;
  readonly form: FileForm;
}

/** What a path of the free/busy address spaces names. */
export type FreeBusyAddress =
  | { readonly at: "read"; readonly name: FileName }
  | { readonly at: "file"; readonly name: FileName; readonly href: string }
  /** `/pub/` and `/pub/calendar/`, which the Windows publishing client walks through. */
  | { readonly at: "folder"; readonly href: string }
  | { readonly at: "nothing" };

/** Where people publish. */
export const PUB = "/pub/";
export const FOLDER = "/pub/calendar/";

const NOTHING: FreeBusyAddress = Object.freeze({ at: "nothing" });

/** Paths that serve whoever may read, signed in or not; clients that guess at other servers ask under `/calendar/` too. */
export const isFreeBusyRead = (path: string): boolean =>
  /^\/calendar\/(?:[^/]+\/)?[^/]+\.[vi]fb$/i.test(path) || /^\/freebusy\/[^/]+$/.test(path);

export const isFreeBusyPath = (path: string): boolean => /^\/pub(?:\/|$)/.test(path) || isFreeBusyRead(path);

/**
 * Takes a path apart: `/pub/calendar/NAME.vfb`, `/calendar/NAME.vfb`, `/calendar/DOMAIN/NAME.vfb` and
 * `/freebusy/NAME@DOMAIN[.ifb]`, in any case; NAME may hold its domain everywhere (DSC-80). Refuses malformed paths with 400.
 */
export function parseAddress(path: string): FreeBusyAddress {
  const { names, slash } = decodePath(path);
  const [realm, ...rest] = names;
  if (realm === "pub") return publishing(rest, slash);
  if (slash) return NOTHING;
  const [first, second, third] = rest;
  if (first === undefined || third !== undefined) return NOTHING;
  if (realm === "freebusy") return second === undefined ? reading(fileName(first, "ifb")) : NOTHING;
  const name = fileName(second ?? first, null);
  return reading(name && second !== undefined ? { ...name, domain: first.toLowerCase() } : name);
}

const reading = (name: FileName | null): FreeBusyAddress => (name === null ? NOTHING : { at: "read", name });

function publishing([folder, file, more]: readonly string[], slash: boolean): FreeBusyAddress {
  if (folder === undefined) return { at: "folder", href: PUB };
  if (folder !== "calendar" || more !== undefined) return NOTHING;
  if (file === undefined) return { at: "folder", href: FOLDER };
  const name = slash ? null : fileName(file, null);
  return name === null ? NOTHING : { at: "file", name, href: `${FOLDER}${encodeSegment(file)}` };
}

function fileName(text: string, otherwise: FileForm | null): FileName | null {
  const lower = text.toLowerCase();
  const [, stem, extension] = /^(.+)\.(vfb|ifb)$/.exec(lower) ?? [];
  const form = (extension as FileForm | undefined) ?? otherwise;
  if (form === null) return null;
  const whole = stem ?? lower;
  const at = whole.lastIndexOf("@");
  return at < 0
    ? { login: whole, domain: null, form }
    : { login: whole.slice(0, at), domain: whole.slice(at + 1), form };
}
