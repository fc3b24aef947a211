import type { CollectionId, PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";

export interface LockRow {
  readonly token: string;
  readonly collection: CollectionId;
  /** Member name; empty for the collection itself. */
  readonly name: string;
  readonly owner: PrincipalId;
  readonly scope: string;
  readonly depthInfinity: boolean;
  readonly ownerXml: string;
  readonly expiresAt: number;
}

const columns = sql`l.token, l.collection_id as collection, l.name, l.owner_id as owner, l.scope,
  l.depth_infinity as "depthInfinity", l.owner_xml as "ownerXml", l.expires_at as "expiresAt"`;

/** A row with `token`. Whether it may be given is the caller's check, in the same transaction. */
export const insertLock = (l: LockRow): Sql => sql`
  insert into lock (token, collection_id, name, owner_id, scope, depth_infinity, owner_xml, expires_at)
  values (${l.token}, ${l.collection}, ${l.name}, ${l.owner}, ${l.scope}, ${l.depthInfinity}, ${l.ownerXml},
    ${timestamp(l.expiresAt)}) returning token`;

/** Locks in force at `now` on these names (`""` = the collection) and, by depth, on the collection above them. */
export const locksOn = (collection: CollectionId, names: readonly string[], now: number): Sql => sql`
  select ${columns} from lock l where l.collection_id = ${collection} and l.expires_at > ${timestamp(now)}
    and (l.name = any(${names}::text[]) or (l.name = '' and l.depth_infinity)) order by l.token`;

/** Every lock in the collection in force at `now`. */
export const locksIn = (collection: CollectionId, now: number): Sql => sql`
  select ${columns} from lock l
  where l.collection_id = ${collection} and l.expires_at > ${timestamp(now)} order by l.name, l.token`;

export const lockByToken = (token: string): Sql => sql`select ${columns} from lock l where l.token = ${token}`;

export const refreshLock = (token: string, expiresAt: number): Sql =>
  sql`update lock set expires_at = ${timestamp(expiresAt)} where token = ${token} returning token`;

export const deleteLock = (token: string): Sql => sql`delete from lock where token = ${token} returning token`;

export const deleteLocksOn = (collection: CollectionId, name: string): Sql =>
  sql`delete from lock where collection_id = ${collection} and name = ${name} returning token`;

export const deleteExpiredLocks = (now: number): Sql =>
  sql`delete from lock where expires_at <= ${timestamp(now)} returning token`;
