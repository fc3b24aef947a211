import { collectionHref } from "../hrefs.js";
import { refuseStatus } from "../refusal.js";
import type { PrincipalKind } from "../resource.js";
import { decodePath, encodePath, encodeSegment, type Segments } from "./segments.js";

/** A person or thing as a path names it; without domain it belongs to the domain chosen by `Host`. */
export interface AccountName {
  readonly login: string;
  readonly domain: string | null;
}

/** What could be meant by the names behind a home; the store decides, lowest `rank` first. */
export interface Candidate {
  readonly rank: number;
  /** Null = the default calendar of the owner. */
  readonly slug: string | null;
  /** Null = the collection itself. */
  readonly member: string | null;
  /** Canonical href of the collection, final slash included. */
  readonly href: string;
}

/** What a path speaks of, before the store is asked. hrefs keep the form the client used, canonically encoded. */
export type Address =
  | { readonly at: "root"; readonly href: string }
  | { readonly at: "principals"; readonly href: string; readonly of: PrincipalKind | null }
  | { readonly at: "principal"; readonly href: string; readonly of: PrincipalKind; readonly account: AccountName }
  | {
      readonly at: "mailbox";
      /** Of the home; for the short form without `~` the mailbox root itself. */
      readonly home: string;
      /** Null = the one who asks. */
      readonly account: AccountName | null;
      readonly names: readonly string[];
      readonly candidates: readonly Candidate[];
      readonly slash: boolean;
    }
  | {
      readonly at: "area";
      /** Of the file area. */
      readonly root: string;
      /** Null = the one who asks. */
      readonly account: AccountName | null;
      readonly names: readonly string[];
      readonly slash: boolean;
    }
  | { readonly at: "nowhere"; readonly href: string };

const PRINCIPALS: Readonly<Record<string, PrincipalKind>> = {
  users: "user",
  groups: "group",
  resources: "resource",
  locations: "location",
};

/** The segment under `/principals/` where principals of a kind stand. */
export const principalsSegment = (kind: PrincipalKind): string => `${kind}s`;

function accountName(text: string): AccountName {
  const folded = text.toLowerCase();
  const at = folded.lastIndexOf("@");
  const account =
    at < 0 ? { login: folded, domain: null } : { login: folded.slice(0, at), domain: folded.slice(at + 1) };
  if (account.login === "" || account.domain === "")
    return refuseStatus(400, `"${text}" is not the name of an account.`);
  return account;
}

function principalsAddress(path: Segments): Address {
  const [, sort, name, ...rest] = path.names;
  const href = encodePath({ ...path, slash: true });
  if (sort === undefined) return { at: "principals", href, of: null };
  const of = Object.hasOwn(PRINCIPALS, sort) ? PRINCIPALS[sort] : undefined;
  if (of === undefined || rest.length > 0) return { at: "nowhere", href: encodePath(path) };
  if (name === undefined) return { at: "principals", href, of };
  return { at: "principal", href, of, account: accountName(name) };
}

const SUFFIX = /\.ics$/i;
/** Dropped once, for those who name a calendar like a file. */
const stripped = (slug: string): string | null =>
  SUFFIX.test(slug) && slug.length > 4 ? slug.replace(SUFFIX, "") : null;

/**
 * Exact names before stripped ones, deeper mailboxes before members; the default calendar last. A nested mailbox
 * has one href, with `%2F` in its name, however the client wrote it.
 */
function candidatesOf(home: string, names: readonly string[], isShort: boolean): readonly Candidate[] {
  const found: Omit<Candidate, "rank">[] = [];
  const whole = names.join("/");
  const around = names.slice(0, -1);
  const member = names.at(-1) ?? null;
  if (member === null) return isShort ? [{ rank: 0, slug: null, member: null, href: home }] : [];
  const outer = around.join("/");
  found.push({ slug: whole, member: null, href: collectionHref(home, whole) });
  if (around.length > 0) found.push({ slug: outer, member, href: collectionHref(home, outer) });
  else if (isShort) found.push({ slug: null, member, href: home });
  const short = stripped(whole);
  if (short !== null) found.push({ slug: short, member: null, href: collectionHref(home, whole) });
  const shortOuter = stripped(outer);
  if (shortOuter !== null) found.push({ slug: shortOuter, member, href: collectionHref(home, outer) });
  return found.map((candidate, rank) => ({ rank, ...candidate }));
}

function mailboxAddress(root: string, behind: readonly string[], slash: boolean): Address {
  const [first, ...rest] = behind;
  if (!first?.startsWith("~")) {
    return {
      at: "mailbox",
      home: root,
      account: null,
      names: behind,
      candidates: candidatesOf(root, behind, true),
      slash,
    };
  }
  const home = `${root}${encodeSegment(first)}/`;
  const account = accountName(first.slice(1));
  return { at: "mailbox", home, account, names: rest, candidates: candidatesOf(home, rest, false), slash };
}

/** A path in a file area; a name cannot hold a slash there, since folders nest. */
function areaAddress(root: string, behind: readonly string[], slash: boolean): Address {
  if (behind.some((name) => name.includes("/"))) return refuseStatus(400, "A name in the path holds a slash.");
  const [first, ...rest] = behind;
  if (!first?.startsWith("~")) return { at: "area", root, account: null, names: behind, slash };
  const account = accountName(first.slice(1));
  return { at: "area", root: `${root}${encodeSegment(first)}/`, account, names: rest, slash };
}

/** The names behind a root that a path begins with; undefined under none of them. */
function behind(names: readonly string[], roots: readonly string[]) {
  for (const root of roots) {
    const prefix = root.slice(1, -1).split("/");
    if (prefix.every((name, i) => names[i] === name)) return { root, rest: names.slice(prefix.length) };
  }
  return undefined;
}

/**
 * Reads a raw request path. `mailboxRoots` are the prefixes under which homes are found ("/CalDAV/"), `areaRoots` those
 * of file areas; a root also answers without its final slash. Refuses malformed paths with 400.
 */
export function parsePath(path: string, mailboxRoots: readonly string[], areaRoots: readonly string[] = []): Address {
  const segments = decodePath(path);
  const { names, slash } = segments;
  if (names.length === 0) return { at: "root", href: "/" };
  if (names[0] === "principals") return principalsAddress(segments);
  const mailbox = behind(names, mailboxRoots);
  if (mailbox) return mailboxAddress(mailbox.root, mailbox.rest, slash || mailbox.rest.length === 0);
  const area = behind(names, areaRoots);
  if (area) return areaAddress(area.root, area.rest, slash || area.rest.length === 0);
  return { at: "nowhere", href: encodePath(segments) };
}
