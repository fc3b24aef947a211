import { ALL_RIGHTS, type Authorized, has } from "@kalends/acl";
import { dav } from "@kalends/dav-xml";
import { deleteLock } from "@kalends/store";
import { LockTokenMatchesRequestUri, NeedPrivileges } from "../conditions.js";
import type { Exchange, Reply } from "../exchange.js";
import type { MethodDef } from "../extension.js";
import { covering, lockRoot, placeOfTarget } from "../locks/covering.js";
import { refuse, refuseStatus } from "../refusal.js";
import type { Place, Target } from "../resource.js";

function tokenOf(header: string | undefined): string {
  const [, token] = /^\s*<([^<>\s]+)>\s*$/.exec(header ?? "") ?? [];
  return token ?? refuseStatus(400, "UNLOCK needs a Lock-Token header: <token>.");
}

async function unlock({ target, by, held }: Authorized<Target>, cx: Exchange): Promise<Reply> {
  const token = tokenOf(cx.headers.get("lock-token"));
  const place = placeOfTarget(target);
  const found = place && covering(place.collection.locks ?? [], place.name).find((lock) => lock.token === token);
  if (!place || !found) return refuse(LockTokenMatchesRequestUri, undefined, "No such lock protects this.");
  // A credential that changes nothing releases nothing, not even its holder's own.
  const isOwn = found.owner === by && has(cx.by?.limit?.rights ?? ALL_RIGHTS, "i");
  if (!isOwn && !has(held.self ?? held.parent, "a")) {
    const href = lockRoot(place, found);
    return refuse(NeedPrivileges, [{ href, privilege: dav("unlock") }], "Somebody else took this lock.");
  }
  await cx.services.db.rows(deleteLock(token));
  return { kind: "empty", status: 204 };
}

const method = (needs: MethodDef["needs"], where: Pick<MethodDef, "on" | "inside">): MethodDef => ({
  verb: "UNLOCK",
  ...where,
  spec: "RFC 4918 9.11",
  needs,
  writes: () => [],
  handle: (at, cx) => unlock(at, cx),
});

/** UNLOCK for the kinds of a package, also of free names: one's own lock, or anybody's with Admin (RFC 3744 3.5). */
export const unlockMethods = (on: readonly Place[], inside: readonly Place[]): readonly MethodDef[] => [
  method(() => [{ right: "l", on: "self" }], { on }),
  method(() => [{ right: "l", on: "parent" }], { on: "unmapped", inside }),
];
