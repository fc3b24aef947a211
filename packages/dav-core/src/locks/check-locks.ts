import { LockTokenSubmitted } from "../conditions.js";
import type { Exchange } from "../exchange.js";
import type { MethodDef, WrittenPart } from "../extension.js";
import { parseIf, submittedTokens } from "../headers/if.js";
import { Refused, type Refusal, refusalOf } from "../refusal.js";
import type { Lock, Target } from "../resource.js";
import { covering, isHeldBy, isWithin, type LockPlace, nameAround, placeOfTarget, shownRoot } from "./covering.js";

/** DELETE, MOVE and what is replaced at a destination: the resource, all in it, its entry in the collection around it. */
export const WHOLE: readonly WrittenPart[] = Object.freeze(["self", "members", "parent"]);

const READING: ReadonlySet<string> = new Set(["OPTIONS", "GET", "PROPFIND", "REPORT"]);
const SELF: readonly WrittenPart[] = Object.freeze(["self"]);

/** What a method writes; one that says nothing writes the resource itself, unless it reads by its nature. */
export function partsWritten(method: MethodDef | undefined, target: Target): readonly WrittenPart[] {
  if (method === undefined || READING.has(method.verb)) return [];
  return method.writes?.(target) ?? SELF;
}

/** Groups of locks; one of each group that is not empty must be held. */
function groups(locks: readonly Lock[], place: LockPlace, parts: readonly WrittenPart[]): readonly (readonly Lock[])[] {
  const { name } = place;
  const found: (readonly Lock[])[] = [];
  if (parts.includes("self")) found.push(covering(locks, name));
  if (parts.includes("parent") && name !== "") found.push(covering(locks, nameAround(place)));
  if (parts.includes("members")) {
    const inside = locks.filter((lock) => isWithin(lock.name, name)).map((lock) => lock.name);
    for (const member of new Set(inside)) found.push(covering(locks, member));
  }
  return found.filter((group) => group.length > 0);
}

/** The tokens a request submits, whether or not their lists hold (RFC 4918 10.4.1). */
export function tokensOf(cx: Exchange): ReadonlySet<string> {
  const header = cx.headers.get("if");
  return header === undefined ? new Set() : submittedTokens(parseIf(header));
}

/**
 * Refuses with 423 and `DAV:lock-token-submitted` a write to parts of a target that lie under locks the requester does
 * not hold or whose token the request does not submit (RFC 4918 7, 7.4, 7.5). Homes are never locked.
 */
export function checkLocks(target: Target, parts: readonly WrittenPart[], cx: Exchange): void {
  const place = placeOfTarget(target);
  const refusal = place && lockRefusal(place, parts, cx);
  if (refusal) throw new Refused(refusal);
}

/** The same as a value, for requests that judge each of many resources alone; null = nothing stands in the way. */
export function lockRefusal(place: LockPlace, parts: readonly WrittenPart[], cx: Exchange): Refusal | null {
  const { locks = [] } = place.collection;
  if (locks.length === 0) return null;
  const by = cx.by?.id ?? null;
  const tokens = tokensOf(cx);
  const closed = groups(locks, place, parts).filter((group) => !group.some((lock) => isHeldBy(lock, by, tokens)));
  if (closed.length === 0) return null;
  const hrefs = [...new Set(closed.flat().map((lock) => shownRoot(place, lock, cx)))];
  const note = "A lock protects this; its token was not submitted by whoever took it.";
  return refusalOf(LockTokenSubmitted, { hrefs }, note);
}
