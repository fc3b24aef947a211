import { parseHttpDate } from "@kalends/dav-xml";

export interface EntityTag {
  readonly weak: boolean;
  /** Without quotes. */
  readonly opaque: string;
}

/** "*", or the tags of a list. */
export type TagList = "*" | readonly EntityTag[];

const TAG = /\s*(?:(W\/)?"([^"]*)"|([^\s,"]+))\s*(?:,|$)/gy;

/** One tag; a value without quotes is taken as if it had them (DAV-123). */
export function parseTag(text: string): EntityTag {
  const quoted = /^\s*(W\/)?"(.*)"\s*$/s.exec(text);
  return quoted ? { weak: quoted[1] !== undefined, opaque: quoted[2] ?? "" } : { weak: false, opaque: text.trim() };
}

/** A list of tags, also over several lines joined by commas. What cannot be read names no tag (RFC 9110 13.1.1). */
export function parseTagList(header: string): TagList {
  if (header.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  for (const [, weak, quoted, bare] of header.matchAll(TAG)) {
    if (quoted !== undefined) tags.push({ weak: weak !== undefined, opaque: quoted });
    else if (bare !== undefined) tags.push({ weak: false, opaque: bare });
  }
  return tags;
}

/** Strong comparison for If-Match, weak for If-None-Match (RFC 9110 8.8.3.2). */
export const sameTag = (a: EntityTag, b: EntityTag, how: "strong" | "weak"): boolean =>
  a.opaque === b.opaque && (how === "weak" || (!a.weak && !b.weak));

const holds = (list: TagList, current: EntityTag | null, how: "strong" | "weak"): boolean =>
  current !== null && list !== "*" && list.some((tag) => sameTag(tag, current, how));

/** What the conditions speak about: null where nothing is mapped. */
export interface CurrentState {
  /** As sent in the `ETag` header, quotes included; null for what has none. */
  readonly etag: string | null;
  /** Epoch milliseconds. */
  readonly modifiedAt: number | null;
}

export type Outcome = "proceed" | "not-modified" | "failed";

type Headers = ReadonlyMap<string, string>;
const CONDITIONAL = ["if-match", "if-none-match", "if-unmodified-since", "if-modified-since"] as const;

/** True when a header of RFC 9110 13.1 is there that `evaluate` looks at. */
export const isConditional = (headers: Headers): boolean => CONDITIONAL.some((name) => headers.has(name));

/** Seconds since the epoch; undefined for what is no HTTP date, which makes the header void (RFC 9110 13.1.3). */
function seconds(header: string | undefined): number | undefined {
  const time = header === undefined ? undefined : parseHttpDate(header.trim());
  return time === undefined ? undefined : Math.floor(time / 1000);
}

function isUnchangedSince(current: CurrentState, since: number): boolean {
  return current.modifiedAt !== null && Math.floor(current.modifiedAt / 1000) <= since;
}

function matches(headers: Headers, current: CurrentState | null, tag: EntityTag | null): boolean {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== undefined) {
    const list = parseTagList(ifMatch);
    return list === "*" ? current !== null : holds(list, tag, "strong");
  }
  const since = seconds(headers.get("if-unmodified-since"));
  return since === undefined || current === null || isUnchangedSince(current, since);
}

/**
 * RFC 9110 13.2.2: If-Match, else If-Unmodified-Since; then If-None-Match, else (reading only) If-Modified-Since.
 * `current` is null where nothing is mapped.
 */
export function evaluate(headers: Headers, current: CurrentState | null, reading: boolean): Outcome {
  const tag = current?.etag == null ? null : parseTag(current.etag);
  if (!matches(headers, current, tag)) return "failed";
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== undefined) {
    const list = parseTagList(ifNoneMatch);
    const hit = list === "*" ? current !== null : holds(list, tag, "weak");
    if (!hit) return "proceed";
    return reading ? "not-modified" : "failed";
  }
  const since = reading ? seconds(headers.get("if-modified-since")) : undefined;
  return since !== undefined && current !== null && isUnchangedSince(current, since) ? "not-modified" : "proceed";
}
