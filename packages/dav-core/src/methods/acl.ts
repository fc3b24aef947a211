import {
  grantOf,
  grantsOf,
  has,
  noteAccessList,
  replaceGrants,
  rightsExpression,
  rightsMask,
  subjectsCte,
} from "@kalends/acl";
import { dav } from "@kalends/dav-xml";
import { type GrantRow, type Revision, sql, grantsOf as storedGrants, type WriteTx } from "@kalends/store";
import { AllowedPrincipal, NeedPrivileges } from "../conditions.js";
import type { Exchange, Reply } from "../exchange.js";
import type { MethodDef } from "../extension.js";
import { expectation, refuseMoved } from "../pipeline/preconditions.js";
import { Refused, refusalOf, refuse, refuseStatus } from "../refusal.js";
import type { Place } from "../resource.js";
import { sharingRefusal } from "../sharing.js";
import { type RuledResource, type WantedList, wantedList } from "./acl-list.js";
import { refuseIfThere } from "./delete.js";

/** Holds the collection, so that lists are written one after the other, and looks again at what may have changed since. */
async function hold(
  { collection: { id, owner, lockEpoch }, href }: RuledResource,
  revision: Revision | undefined,
  tx: WriteTx,
  cx: Exchange,
): Promise<void> {
  const row = await tx.one<{ revision: Revision; lock_epoch: number }>(
    sql`select revision, lock_epoch from collection where id = ${id}::bigint for no key update`,
  );
  if (!row) return refuseStatus(404, "There is nothing here any more.");
  if (revision !== undefined && row.revision !== revision) refuseMoved(cx);
  if (lockEpoch !== undefined && row.lock_epoch !== lockEpoch) await refuseIfThere(tx, id);
  const by = cx.by?.id ?? null;
  const on = { collectionId: sql`${id}::bigint`, ownerId: sql`${owner.id}::bigint`, asker: cx.by };
  const now = await tx.one<{ rights: number }>(
    sql`with recursive ${subjectsCte(by)} select ${rightsExpression(on)} as rights`,
  );
  if (!has(rightsMask(now?.rights ?? 0), "a")) refuse(NeedPrivileges, [{ href, privilege: dav("write-acl") }]);
}

async function replace(
  at: RuledResource,
  { aces, scope }: WantedList,
  revision: Revision | undefined,
  cx: Exchange,
): Promise<void> {
  const { id, owner } = at.collection;
  await cx.services.db.write(async (tx) => {
    await hold(at, revision, tx, cx);
    const rows = await tx.rows<GrantRow>(storedGrants([id]));
    const before = rows.flatMap((row) => grantOf(row) ?? []);
    // Entries of a kind that this version does not know are not shown either.
    const unknown = rows.filter((row) => grantOf(row) === undefined);
    const after = grantsOf(aces, before, owner.id, scope);
    const refusal = cx.by?.isAdmin ? null : await sharingRefusal(owner.id, after, before, tx);
    if (refusal !== null) throw new Refused({ ...refusalOf(AllowedPrincipal, undefined), description: refusal });
    const changed = await tx.rows(replaceGrants(id, after, unknown));
    if (changed.length === 0 || cx.by === null) return;
    const by = { name: `${cx.by.login}@${cx.by.domain}`, at: cx.services.clock() };
    await noteAccessList(tx, { owner: owner.id, mailbox: at.href, entries: after.length }, by);
  });
}

/**
 * ACL: replaces the access list of a collection, exactly as sent or not at all; entries that DAV cannot show stay
 * (RFC 3744 8.1). What a collection holds has no list of its own, so the method is not offered there.
 */
export const aclMethod = (on: readonly Place[]): MethodDef => ({
  verb: "ACL",
  on,
  spec: "RFC 3744 8.1",
  needs: () => [{ right: "a", on: "self" }],
  async handle({ target }, cx): Promise<Reply> {
    if (!target.mapped || !("collection" in target.resource)) return refuseStatus(404, "There is nothing here.");
    const at = target.resource;
    if (at.rows === "member") return refuseStatus(404, "There is nothing here.");
    const { revision } = expectation(cx, target);
    await replace(at, await wantedList(at, cx), revision, cx);
    return { kind: "empty", status: 200 };
  },
});

/** For every collection. */
export const acl: MethodDef = aclMethod(["*collection"]);
