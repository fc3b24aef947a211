import { has } from "@kalends/acl";
import type { Revision } from "@kalends/store";
import { CtagOk, LockTokenMatchesRequestUri } from "../conditions.js";
import type { Exchange, Reply } from "../exchange.js";
import type { Registry } from "../extension.js";
import { localPath } from "../headers/destination.js";
import { type CurrentState, evaluate, isConditional } from "../headers/etag.js";
import { evaluateIf, type IfState, parseIf, submittedTokens } from "../headers/if.js";
import { checkLocks, partsWritten } from "../locks/check-locks.js";
import { covering, placeOfTarget } from "../locks/covering.js";
import { parsePath } from "../paths/address.js";
import { parentHref } from "../paths/segments.js";
import { refuse, Refused, refusalOf, refuseStatus } from "../refusal.js";
import { resolve } from "../resolve/resolve.js";
import type { CollectionRow, MemberRow, Resource, Target } from "../resource.js";
import { isCtagToken, isTokenOf } from "../sync-token.js";
import { stateHeaders } from "./state-headers.js";

/** These neither change nor select a representation, so RFC 9110 13.1 does not speak of them. */
const UNCONDITIONAL: ReadonlySet<string> = new Set(["OPTIONS", "PROPFIND", "REPORT"]);
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

const FAILED = "A condition in the request does not hold any more.";

function currentState(target: Target): CurrentState | null {
  if (!target.mapped) return null;
  const { resource } = target;
  const body = bodyOf(resource);
  return body ? { etag: `"${body.etag}"`, modifiedAt: body.modifiedAt } : { etag: null, modifiedAt: null };
}

/** The validators of what has a body of its own. */
function bodyOf(at: Resource): Pick<MemberRow, "etag" | "modifiedAt"> | null {
  if (at.rows === "member") return at.member;
  return at.rows === "file" && !at.file.isFolder ? at.file : null;
}

const hasBody = (target: Target): boolean => target.mapped && bodyOf(target.resource) !== null;

/**
 * The conditional headers, after the rights and before the method (RFC 4918 8.5; DAV-08): If-Match and its kin in the
 * order of RFC 9110 13.2.2, then `If`, then the locks on what the method writes (RFC 4918 7). Gives the 304 to send, or null
 * to go on; refuses with 412. A GET of a collection, and one with `ownTags`, has its entity tag from the kind's own GET,
 * which evaluates it there.
 */
export async function checkPreconditions(
  cx: Exchange,
  target: Target,
  registry: Registry,
  method = registry.method(cx.verb, target),
): Promise<Reply | null> {
  const reading = READING.has(cx.verb);
  if (!UNCONDITIONAL.has(cx.verb) && (!reading || (hasBody(target) && !method?.ownTags))) {
    const outcome = evaluate(cx.headers, currentState(target), reading);
    if (outcome === "failed") refuseStatus(412, FAILED);
    if (outcome === "not-modified") return notModified(target);
  }
  const header = cx.headers.get("if");
  if (header !== undefined && !(await evaluateIf(parseIf(header), (tag) => stateOf(tag, cx, target, registry)))) {
    await refuseIf(cx);
  }
  checkLocks(target, partsWritten(method, target), cx);
  return null;
}

/** 412; LOCK without a body names no lock that is here (RFC 4918 9.10.6). */
async function refuseIf(cx: Exchange): Promise<never> {
  if (cx.verb !== "LOCK" || (await cx.xml()) !== null) return refuseMoved(cx, FAILED);
  throw new Refused({ ...refusalOf(LockTokenMatchesRequestUri, undefined, FAILED), status: 412 });
}

/** The state tokens in `If`, matching or not. */
const tokensOf = (cx: Exchange): readonly string[] => [...submittedTokens(parseIf(cx.headers.get("if") ?? ""))];

/** The condition is of the kind that Apple's bulk changes send, whose answers tell the new CTags. */
export const namesCtag = (cx: Exchange): boolean => cx.headers.has("if") && tokensOf(cx).some(isCtagToken);

/** 412 for a state of a collection that is over, with `ME:ctag-ok` where a CTag named it (RFC 6578 5; SYNC-72). */
export function refuseMoved(cx: Exchange, note = "The collection has changed since its state was told."): never {
  if (namesCtag(cx)) refuse(CtagOk, undefined, note);
  return refuseStatus(412, note);
}

function notModified(target: Target): Reply {
  const body = target.mapped ? bodyOf(target.resource) : null;
  return { kind: "empty", status: 304, headers: body ? stateHeaders(body) : {} };
}

const NOTHING: IfState = { etag: null, holds: () => false };

/** True when a name lies under a lock with this token, whoever took it. */
const isLockOf = ({ locks = [] }: CollectionRow, name: string, token: string): boolean =>
  covering(locks, name).some((lock) => lock.token === token);

const collectionState = (collection: CollectionRow): IfState => ({
  etag: null,
  holds: (token) => isTokenOf(token, collection) || isLockOf(collection, "", token),
});

function targetState(target: Target): IfState {
  const place = placeOfTarget(target);
  if (place === null) return NOTHING;
  if (place.name === "") return collectionState(place.collection);
  const body = target.mapped ? bodyOf(target.resource) : null;
  return { etag: body && `"${body.etag}"`, holds: (token) => isLockOf(place.collection, place.name, token) };
}

const hrefOf = (target: Target): string => (target.mapped ? target.resource.href : target.href);

/** The collection around the target, when its row is at hand. */
function around(target: Target): CollectionRow | null {
  if (!target.mapped) return target.parent?.collection ?? null;
  return target.resource.rows === "member" ? target.resource.collection : null;
}

/** What a tag of `If` speaks about; the target and its collection are at hand, anything else takes a statement. */
async function stateOf(tag: string | null, cx: Exchange, target: Target, registry: Registry): Promise<IfState> {
  if (tag === null) return targetState(target);
  const path = localPath(tag, cx);
  if (path === undefined) return NOTHING;
  if (path === null) return refuseStatus(400, "A resource in the If header is neither a URI nor an absolute path.");
  const address = parsePath(path, registry.mailboxRoots, registry.areaRoots);
  const canonical = address.at === "mailbox" ? address.candidates[0] : undefined;
  const collection = around(target);
  if (collection && canonical?.member === null && canonical.href === parentHref(hrefOf(target))) {
    return collectionState(collection);
  }
  const { target: other, held } = await resolve(address, cx, registry);
  return held.self !== null && has(held.self, "l") ? targetState(other) : NOTHING;
}

/** What a write has to find in its own transaction, so that the test above and the write are one (RFC 6578 5). */
export interface Expectation {
  /** Entity tag without quotes, null = the member must not exist; absent = no condition was sent. */
  readonly etag?: string | null;
  /** Revision of the collection around it, or of the collection itself; absent = no condition was sent. */
  readonly revision?: Revision;
}

/** Turns the conditions of a request that passed `checkPreconditions` into what the writing statement must check again. */
export function expectation(cx: Exchange, target: Target): Expectation {
  const header = cx.headers.get("if");
  if (header === undefined && !isConditional(cx.headers)) return {};
  const member = target.mapped && target.resource.rows === "member" ? target.resource.member : null;
  const self = target.mapped && target.resource.rows === "collection" ? target.resource.collection : null;
  const collection = self ?? around(target);
  const named =
    collection !== null && header !== undefined && tokensOf(cx).some((token) => isTokenOf(token, collection));
  return {
    ...(self === null ? { etag: member?.etag ?? null } : {}),
    ...(named ? { revision: collection.revision } : {}),
  };
}
