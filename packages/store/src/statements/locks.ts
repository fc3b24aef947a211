import type { CollectionId, PrincipalId } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";

/** A lock to be given. Whether it may be is the caller's check, in the same transaction. */
export interface NewLock {
  readonly collection: CollectionId;
  /** Member name; empty for the collection itself. */
  readonly name: string;
  readonly owner: PrincipalId;
  readonly scope: "exclusive" | "shared";
  readonly depthInfinity: boolean;
  /** On a folder of a file area. */
  readonly onFolder: boolean;
  /** The `DAV:owner` element as markup; empty when there was none. */
  readonly ownerXml: string;
  /** Until it expires, by the database's clock. */
  readonly seconds: number;
}

export interface LockRow extends NewLock {
  readonly token: string;
}

const expressions: Readonly<Record<keyof LockRow, string>> = {
  token: "l.token",
  collection: "l.collection_id",
  name: "l.name",
  owner: "l.owner_id",
  scope: "l.scope",
  depthInfinity: "l.depth_infinity",
  onFolder: "l.on_folder",
  ownerXml: "l.owner_xml",
  seconds: "ceil(extract(epoch from l.expires_at - now()))::integer",
};
const entries = Object.entries(expressions);
const columns = raw(entries.map(([key, expression]) => `${expression} as "${key}"`).join(", "));
const json = raw(`json_build_object(${entries.map(([key, expression]) => `'${key}', ${expression}`).join(", ")})`);

const inForce = raw("l.expires_at > now()");
const until = (seconds: number): Sql => sql`now() + ${seconds}::integer * interval '1 second'`;

/** The locks in force on `collection c` that meet a condition on `lock l`, as a JSON list of `LockRow`, null = none. */
export const locksJson = (where: Sql): Sql => sql`case when c.lock_epoch > 0 then (
    select json_agg(${json} order by l.name, l.token) from lock l
    where l.collection_id = c.id and ${inForce} and (${where})) end`;

/**
 * First statement of a transaction that gives a lock: raises the epoch, so that writes judged before it are judged
 * anew, keeps others from writing to the collection until the end, and forgets expired locks. A row with `id`.
 */
export const openLocks = (collection: CollectionId): Sql => sql`
  with expired as (delete from lock where collection_id = ${collection} and expires_at <= now())
  update collection set lock_epoch = lock_epoch + 1 where id = ${collection} returning id`;

/** Gives a lock with a token of its own: the `LockRow`. */
export const insertLock = (l: NewLock): Sql => sql`
  insert into lock as l (token, collection_id, name, owner_id, scope, depth_infinity, on_folder, owner_xml, expires_at)
  values ('urn:uuid:' || gen_random_uuid(), ${l.collection}, ${l.name}, ${l.owner}, ${l.scope}, ${l.depthInfinity},
    ${l.onFolder}, ${l.ownerXml}, ${until(l.seconds)}) returning ${columns}`;

/** Every lock in force in these collections: `LockRow`s by name and token. */
export const locksIn = (collections: readonly CollectionId[]): Sql => sql`
  select ${columns} from lock l
  where l.collection_id = any(${collections}::bigint[]) and ${inForce} order by l.collection_id, l.name, l.token`;

/** The epoch of a collection and the locks in force on a member's name and on the collection itself: `epoch`, `locks`. */
export const locksAround = (collection: CollectionId, name: string): Sql => sql`
  select c.lock_epoch as epoch, ${locksJson(sql`l.name in ('', ${name})`)} as locks
  from collection c where c.id = ${collection}`;

/** Lets a lock last from now on: the `LockRow` when it is still in force. */
export const refreshLock = (token: string, seconds: number): Sql => sql`
  update lock l set expires_at = ${until(seconds)} where l.token = ${token} and ${inForce} returning ${columns}`;

/** Takes a lock away: a row with `token` when it was there. */
export const deleteLock = (token: string): Sql => sql`delete from lock where token = ${token} returning token`;
