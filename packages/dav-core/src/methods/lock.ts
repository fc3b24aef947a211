import { dav } from "@kalends/dav-xml";
import {
  insertLock,
  type LockRow,
  locksIn,
  type NewLock,
  openLocks,
  type PrincipalId,
  refreshLock,
  type WriteTx,
} from "@kalends/store";
import { LockTokenMatchesRequestUri, NoConflictingLock } from "../conditions.js";
import type { Exchange, Item, Reply } from "../exchange.js";
import type { MethodDef } from "../extension.js";
import { parseDepth } from "../headers/depth.js";
import { parseTimeout } from "../headers/timeout.js";
import { tokensOf } from "../locks/check-locks.js";
import { conflicting, covering, isHeldBy, type LockPlace, placeOfTarget, shownRoot } from "../locks/covering.js";
import { multistatus } from "../multistatus.js";
import { writeLocks } from "../properties/locks.js";
import { Refused, refusalOf, refuse, refuseStatus } from "../refusal.js";
import type { Lock, Place, Target } from "../resource.js";
import { lockWish } from "./lock-request.js";
import type { FreePlace } from "./new-collection.js";

/** More locks than this in one collection are somebody's mistake. */
const MOST = 1000;

const NOWHERE = "There is nothing here that can be locked.";

const discovery = (status: number, place: LockPlace, locks: readonly Lock[], token?: string): Reply => ({
  kind: "xml",
  status,
  headers: token === undefined ? {} : { "Lock-Token": `<${token}>` },
  root: dav("prop"),
  build: (out) => {
    out.open(dav("lockdiscovery"));
    writeLocks(out, { place, locks: covering(locks, place.name) });
    out.close();
  },
});

type Outcome =
  | { readonly kind: "given"; readonly lock: Lock; readonly locks: readonly Lock[] }
  | { readonly kind: "conflict"; readonly with: readonly Lock[] };

/** What a package does with a free name that is locked, in the same transaction. */
export type MakeLocked = (target: FreePlace, tx: WriteTx, cx: Exchange) => Promise<void>;

/** In one transaction: whatever was locked before is seen, and whatever is written later is judged by the new lock. */
async function give(wanted: NewLock, make: (tx: WriteTx) => Promise<void>, cx: Exchange): Promise<Outcome> {
  const { collection } = wanted;
  return cx.services.db.write(async (tx): Promise<Outcome> => {
    if (!(await tx.one(openLocks(collection)))) return refuseStatus(404, NOWHERE);
    const locks = await tx.rows<LockRow>(locksIn([collection]));
    const conflicts = conflicting(locks, wanted);
    if (conflicts.length > 0) return { kind: "conflict", with: conflicts };
    if (locks.length >= MOST) return refuseStatus(507, `A collection bears at most ${MOST} locks.`);
    await make(tx);
    const lock = await tx.one<LockRow>(insertLock(wanted));
    return lock ? { kind: "given", lock, locks: [...locks, lock] } : refuseStatus(404, NOWHERE);
  });
}

/** 423 with the roots of the other locks; a culprit further down is told as a multistatus (RFC 4918 9.10.3). */
function conflict(found: readonly Lock[], place: LockPlace, href: string, cx: Exchange): Reply {
  const above = covering(found, place.name);
  if (above.length > 0) {
    const hrefs = [...new Set(above.map((lock) => shownRoot(place, lock, cx)))];
    return refuse(NoConflictingLock, { hrefs }, "Somebody holds a lock already.");
  }
  const culprits = [...new Set(found.map((lock) => shownRoot(place, lock, cx)))];
  const items: readonly Item[] = culprits.map((culprit) => ({ href: culprit, status: 423 }));
  return multistatus(culprits.includes(href) ? items : [...items, { href, status: 424 }]);
}

/** LOCK without a body: the one token in `If` goes on from now (RFC 4918 9.10.2). */
async function refresh(place: LockPlace, by: PrincipalId | null, cx: Exchange): Promise<Reply> {
  const tokens = tokensOf(cx);
  if (tokens.size !== 1) return refuseStatus(400, "Without a body, LOCK needs one lock token in an If header.");
  const locks = place.collection.locks ?? [];
  const mine = covering(locks, place.name).find((lock) => isHeldBy(lock, by, tokens));
  const seconds = parseTimeout(cx.headers.get("timeout"));
  const fresh = mine && (await cx.services.db.one<LockRow>(refreshLock(mine.token, seconds)));
  if (!fresh) throw new Refused({ ...refusalOf(LockTokenMatchesRequestUri, undefined), status: 412 });
  return discovery(
    200,
    place,
    locks.map((lock) => (lock.token === fresh.token ? fresh : lock)),
  );
}

async function lock(target: Target, by: PrincipalId | null, cx: Exchange, make?: MakeLocked): Promise<Reply> {
  const place = placeOfTarget(target);
  if (place === null || by === null) return refuseStatus(405, NOWHERE);
  const { depth } = parseDepth(cx.headers.get("depth"), "infinity");
  if (depth === 1) return refuseStatus(400, "Depth must be 0 or infinity.");
  const root = await cx.xml();
  if (root === null) return refresh(place, by, cx);
  const outcome = await give(
    {
      ...lockWish(root, cx),
      collection: place.collection.id,
      name: place.name,
      owner: by,
      depthInfinity: depth === "infinity",
      onFolder: target.mapped && target.resource.rows === "file" && target.resource.file.isFolder,
      seconds: parseTimeout(cx.headers.get("timeout")),
    },
    async (tx) => {
      if (make && !target.mapped) await make(target, tx, cx);
    },
    cx,
  );
  if (outcome.kind === "conflict") {
    return conflict(outcome.with, place, target.mapped ? target.resource.href : target.href, cx);
  }
  return discovery(target.mapped ? 200 : 201, place, outcome.locks, outcome.lock.token);
}

/**
 * LOCK for the kinds of a package: what is there takes the rights a PUT over it takes, a free name in `inside` those of
 * a new member. Without `make` a name is kept free for its locker by the lock alone, and nothing appears there
 * (RFC 4918 7.3).
 */
export const lockMethods = (
  on: readonly Place[],
  inside: readonly Place[],
  make?: MakeLocked,
): readonly MethodDef[] => [
  {
    verb: "LOCK",
    on,
    spec: "RFC 4918 9.10",
    needs: () => [
      { right: "i", on: "self" },
      { right: "d", on: "self" },
    ],
    writes: () => [],
    handle: ({ target, by }, cx) => lock(target, by, cx),
  },
  {
    verb: "LOCK",
    on: "unmapped",
    inside,
    spec: "RFC 4918 9.10.4",
    needs: () => [{ right: "i", on: "parent" }],
    writes: () => ["parent"],
    handle: ({ target, by }, cx) => lock(target, by, cx, make),
  },
];
