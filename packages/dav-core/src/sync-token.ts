import type { Revision } from "@kalends/store";

/** How far a client has come: everything up to `revision`, and within it, where a page ended, up to the name `after`. */
export interface SyncPoint {
  readonly uuid: string;
  readonly revision: Revision;
  /** Members of this very revision that were sent already, by name; absent when all were. */
  readonly after?: string;
  /** Told to somebody who does not see everything: what he was told fits no other view. */
  readonly inPart?: boolean;
}

const PREFIX = "data:,";
const FORM = /^data:,([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(p?)(\d{1,15})(?:_([A-Za-z0-9_-]*))?$/;

/** A point as a URI; the value of `DAV:sync-token` and of `CS:getctag` (RFC 6578 4). */
export function formatSyncToken({ uuid, revision, after, inPart }: SyncPoint): string {
  const cursor = after === undefined ? "" : `_${Buffer.from(after, "utf8").toString("base64url")}`;
  return `${PREFIX}${uuid}_${inPart ? "p" : ""}${revision}${cursor}`;
}

const CTAG = "http://me.com/_namespace/ctag/";

/** True for the state token by which Apple's clients name a CTag, of whatever collection (bulk-change 6). */
export const isCtagToken = (token: string): boolean => token.startsWith(CTAG);

/** True when a state token of `If` names exactly this state: a sync token, or a CTag in URL-escaped form; in any view. */
export function isTokenOf(token: string, { uuid, revision }: SyncPoint): boolean {
  const presents = [false, true].map((inPart) => formatSyncToken({ uuid, revision, inPart }));
  if (!isCtagToken(token)) return presents.includes(token);
  try {
    return presents.includes(decodeURIComponent(token.slice(CTAG.length)));
  } catch {
    return false;
  }
}

/** Reads a token; undefined for anything this server did not write. */
export function parseSyncToken(token: string): SyncPoint | undefined {
  const [, uuid, part, revision, cursor] = FORM.exec(token.trim()) ?? [];
  if (uuid === undefined || revision === undefined) return undefined;
  const point = { uuid, revision: Number(revision) as Revision, ...(part ? { inPart: true } : {}) };
  return cursor === undefined ? point : { ...point, after: Buffer.from(cursor, "base64url").toString("utf8") };
}
