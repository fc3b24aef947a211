import { type AccountName, decodePath, encodeSegment } from "@kalends/dav-core";

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

/** The file of that name where CommuniGate Pro keeps it: among the files of the account. */
const FILE_SITE = /^\/(?:~|%7e)[^/]+\/freebusy\.[vi]fb$/i;

/** What Outlook puts a name in place of, left as it is by programs that do not; `%NA` is no percent-encoding. */
const UNFILLED = "%name%";

const NOTHING: FreeBusyAddress = Object.freeze({ at: "nothing" });

/** Paths that serve whoever may read, signed in or not; clients that guess at other servers ask under `/calendar/` too. */
export const isFreeBusyRead = (path: string): boolean =>
  /^\/calendar\/(?:[^/]+\/)?[^/]+\.[vi]fb$/i.test(path) || /^\/freebusy\/[^/]+$/.test(path) || FILE_SITE.test(path);

export const isFreeBusyPath = (path: string): boolean => /^\/pub(?:\/|$)/.test(path) || isFreeBusyRead(path);

/**
 * Takes a path apart: `/pub/calendar/NAME.vfb`, `/calendar/NAME.vfb`, `/calendar/DOMAIN/NAME.vfb`,
 * `/freebusy/NAME@DOMAIN[.ifb]` and `/~NAME/freebusy.vfb`, in any case; NAME may hold its domain everywhere (DSC-80, VFB-03,
 * CGP-54). Where people publish, `%NAME%` is whoever asks (VFB-02). Refuses malformed paths with 400.
 */
export function parseAddress(path: string, by: AccountName | null = null): FreeBusyAddress {
  const { names, slash } = decodePath(path.replaceAll(/%NAME%/gi, "%25NAME%25"));
  const [realm = "", ...rest] = names;
  if (realm === "pub") return publishing(rest, slash, by);
  if (slash) return NOTHING;
  const [first, second, third] = rest;
  if (first === undefined || third !== undefined) return NOTHING;
  if (realm.startsWith("~")) return second === undefined ? fileSite(realm.slice(1), first) : NOTHING;
  if (realm === "freebusy") return second === undefined ? reading(fileName(first, "ifb")) : NOTHING;
  const name = fileName(second ?? first, null);
  return reading(name && second !== undefined ? { ...name, domain: first.toLowerCase() } : name);
}

const reading = (name: FileName | null): FreeBusyAddress => (name === null ? NOTHING : { at: "read", name });

function fileSite(owner: string, file: string): FreeBusyAddress {
  const [, extension] = /^freebusy(\.[vi]fb)$/i.exec(file) ?? [];
  return extension === undefined ? NOTHING : reading(fileName(owner + extension, null));
}

function publishing([folder, file, more]: readonly string[], slash: boolean, by: AccountName | null): FreeBusyAddress {
  if (folder === undefined) return { at: "folder", href: PUB };
  if (folder !== "calendar" || more !== undefined) return NOTHING;
  if (file === undefined) return { at: "folder", href: FOLDER };
  const found = slash ? null : fileName(file, null);
  if (found === null) return NOTHING;
  const name = by !== null && found.login === UNFILLED ? { ...found, login: by.login, domain: by.domain } : found;
  return { at: "file", name, href: `${FOLDER}${encodeSegment(file)}` };
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
