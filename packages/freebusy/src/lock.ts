import {
  type Exchange,
  LockTokenMatchesRequestUri,
  lockWish,
  NoConflictingLock,
  parseTimeout,
  type Reply,
  refuse,
  refuseStatus,
  tokensOf,
  writeLocks,
} from "@kalends/dav-core";
import { dav } from "@kalends/dav-xml";
import { type Sql, sql } from "@kalends/store";
import type { FileName } from "./address.js";
import { ownFile } from "./own-file.js";
import type { FileLock, Person } from "./person.js";

const until = (seconds: number): Sql => sql`now() + ${seconds}::integer * interval '1 second'`;

/** Takes the lock where nobody holds one: a row with `token`. */
const take = ({ id }: Person, ownerXml: string, seconds: number): Sql => sql`
  insert into free_busy as f (principal_id, lock_token, lock_owner_xml, lock_expires_at)
  values (${id}, 'urn:uuid:' || gen_random_uuid(), ${ownerXml}, ${until(seconds)})
  on conflict (principal_id) do update set lock_token = excluded.lock_token, lock_owner_xml = excluded.lock_owner_xml,
    lock_expires_at = excluded.lock_expires_at
    where f.lock_expires_at is null or f.lock_expires_at <= now()
  returning lock_token as token`;

/** The lock as `DAV:lockdiscovery` tells it. */
export const shown = (lock: FileLock) =>
  ({ ...lock, name: "", scope: "exclusive", depthInfinity: false, onFolder: false }) as const;

const discovery = (status: number, lock: FileLock, href: string, given: boolean): Reply => ({
  kind: "xml",
  status,
  headers: given ? { "Lock-Token": `<${lock.token}>` } : {},
  root: dav("prop"),
  build: (out) => {
    out.open(dav("lockdiscovery"));
    writeLocks(out, { place: { root: href }, locks: [shown(lock)] });
    out.close();
  },
});

async function refresh(person: Person, href: string, cx: Exchange): Promise<Reply> {
  const { lock } = person;
  const seconds = parseTimeout(cx.headers.get("timeout"));
  if (lock === null || !tokensOf(cx).has(lock.token))
    return refuseStatus(412, "Without a body, LOCK needs the token of a lock in an If header.");
  await cx.services.db.rows(sql`
    update free_busy set lock_expires_at = ${until(seconds)} where principal_id = ${person.id} and lock_token = ${lock.token}`);
  return discovery(200, { ...lock, seconds }, href, false);
}

/** LOCK of one's own file, also before there is one: publishing clients lock, then PUT (RFC 4918 9.10). */
export async function lockFile(name: FileName, href: string, cx: Exchange): Promise<Reply> {
  const person = await ownFile(name, cx);
  const root = await cx.xml();
  if (root === null) return refresh(person, href, cx);
  const { scope, ownerXml } = lockWish(root, cx);
  if (scope !== "exclusive") return refuseStatus(403, "A free/busy file is locked exclusively, having one writer.");
  const seconds = parseTimeout(cx.headers.get("timeout"));
  const taken = await cx.services.db.one<{ token: string }>(take(person, ownerXml, seconds));
  if (!taken) return refuse(NoConflictingLock, { hrefs: [href] }, "The file is locked already.");
  return discovery(person.file === null ? 201 : 200, { token: taken.token, ownerXml, seconds }, href, true);
}

/** UNLOCK (RFC 4918 9.11). */
export async function unlockFile(name: FileName, cx: Exchange): Promise<Reply> {
  const person = await ownFile(name, cx);
  const [, token] = /^\s*<([^<>\s]+)>\s*$/.exec(cx.headers.get("lock-token") ?? "") ?? [];
  if (token === undefined) return refuseStatus(400, "UNLOCK needs a Lock-Token header: <token>.");
  if (person.lock?.token !== token) return refuse(LockTokenMatchesRequestUri, undefined, "No such lock protects this.");
  await cx.services.db.rows(sql`
    update free_busy set lock_token = null, lock_expires_at = null where principal_id = ${person.id} and lock_token = ${token}`);
  return { kind: "empty", status: 204 };
}
