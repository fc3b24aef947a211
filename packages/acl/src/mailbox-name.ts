/** A mailbox as people and paths name it: `~user@domain/Work/Team`, or `Work/Team` in one's own account. */
export interface MailboxName {
  /** Whose account, folded to lower case; null = the account of who asks. The domain is null where it is not said. */
  readonly account: { readonly login: string; readonly domain: string | null } | null;
  /** Segments of the mailbox, case as given; none = the account itself. */
  readonly path: readonly string[];
  /** Written with a slash at the end. */
  readonly trailingSlash: boolean;
}

export type NameParse =
  { readonly ok: true; readonly name: MailboxName } | { readonly ok: false; readonly reason: string };

const refused = (reason: string): NameParse => ({ ok: false, reason });

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

const control = /[\u0000-\u001f\u007f]/;

function faultOf(segment: string): string | undefined {
  if (segment === "") return "a name between two slashes is empty";
  if (segment === "." || segment === "..") return `"${segment}" is not allowed as a name`;
  if (segment.includes("\0")) return "a name holds a NUL character";
  if (control.test(segment)) return "a name holds a control character";
  return segment.includes("/") ? "a name holds an encoded slash" : undefined;
}

function accountOf(segment: string): MailboxName["account"] | string {
  const text = segment.slice(1).toLowerCase();
  const at = text.lastIndexOf("@");
  const login = at < 0 ? text : text.slice(0, at);
  const domain = at < 0 ? null : text.slice(at + 1);
  if (login === "") return '"~" must be followed by the name of an account';
  if (domain === "") return `the domain after "${segment}" is empty`;
  return { login, domain };
}

function fromSegments(segments: readonly string[], trailingSlash: boolean): NameParse {
  for (const segment of segments) {
    const fault = faultOf(segment);
    if (fault !== undefined) return refused(fault);
  }
  const [first, ...rest] = segments;
  if (!first?.startsWith("~")) return { ok: true, name: { account: null, path: segments, trailingSlash } };
  const account = accountOf(first);
  return typeof account === "string" ? refused(account) : { ok: true, name: { account, path: rest, trailingSlash } };
}

function splitAt(text: string): { readonly segments: readonly string[]; readonly trailingSlash: boolean } {
  const trailingSlash = text.endsWith("/");
  const body = trailingSlash ? text.slice(0, -1) : text;
  return { segments: body === "" && !trailingSlash ? [] : body.split("/"), trailingSlash };
}

/** Reads the name as typed, without percent-encoding: commands and settings. */
export function parseMailboxName(text: string): NameParse {
  const { segments, trailingSlash } = splitAt(text);
  return fromSegments(segments, trailingSlash);
}

/**
 * Reads the part of a URL path behind a realm's prefix (`/CalDAV/`), percent-encoded UTF-8. Refuses `.`, `..`, NUL and
 * other control characters, empty inner names, encoded slashes and broken encoding, with the reason as a sentence.
 */
export function parseMailboxPath(raw: string): NameParse {
  const { segments, trailingSlash } = splitAt(raw);
  const plain: string[] = [];
  for (const segment of segments) {
    const text = decoded(segment);
    if (text === undefined) return refused(`"${segment}" is not percent-encoded UTF-8`);
    plain.push(text);
  }
  return fromSegments(plain, trailingSlash);
}

/** The paths to look up, in this order: the exact name, then the name without one `.ics` at its end. */
export function mailboxCandidates(path: readonly string[]): readonly (readonly string[])[] {
  const last = path.at(-1);
  if (last === undefined || !/.\.ics$/i.test(last)) return [path];
  return [path, [...path.slice(0, -1), last.slice(0, -4)]];
}

const accountText = ({ login, domain }: NonNullable<MailboxName["account"]>): string =>
  domain === null ? `~${login}` : `~${login}@${domain}`;

const segmentsOf = ({ account, path }: MailboxName): readonly string[] =>
  account === null ? path : [accountText(account), ...path];

const encoded = (segment: string): string => encodeURIComponent(segment).replaceAll("%40", "@");

/** Prints the name for people; `parseMailboxName` reads it back. */
export const formatMailboxName = (name: MailboxName): string =>
  segmentsOf(name).join("/") + (name.trailingSlash ? "/" : "");

/** Prints the name percent-encoded for a URL; `parseMailboxPath` reads it back. */
export const encodeMailboxPath = (name: MailboxName): string =>
  segmentsOf(name).map(encoded).join("/") + (name.trailingSlash ? "/" : "");
