import type { PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";

export type CredentialKind = "password" | "app";

export interface CredentialRow {
  readonly id: number;
  readonly principal: PrincipalId;
  readonly kind: CredentialKind;
  readonly label: string;
  readonly hash: string;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

const columns = sql`c.id, c.principal_id as principal, c.kind, c.label, c.hash, c.scope, c.expires_at as "expiresAt",
  c.created_at as "createdAt", c.last_used_at as "lastUsedAt"`;

/** All of a principal, the password first. Expired ones are included. */
export const credentialsOf = (principal: PrincipalId): Sql => sql`
  select ${columns} from credential c where c.principal_id = ${principal} order by c.kind desc, c.id`;

/** Replaces the password and voids remembered sign-ins. A row with `epoch`. */
export const setPassword = (principal: PrincipalId, hash: string): Sql => sql`
  with removed as (delete from credential where principal_id = ${principal} and kind = 'password'),
  added as (insert into credential (principal_id, kind, hash) values (${principal}, 'password', ${hash}))
  update principal set credential_epoch = credential_epoch + 1 where id = ${principal} returning credential_epoch as epoch`;

/** Writes a password's hash anew (other cost) if it is still `old`; nobody is signed out. */
export const rehashPassword = (principal: PrincipalId, old: string, hash: string): Sql => sql`
  update credential set hash = ${hash}
  where principal_id = ${principal} and kind = 'password' and hash = ${old} returning id`;

export interface NewAppPassword {
  readonly principal: PrincipalId;
  readonly label: string;
  readonly hash: string;
  /** JSON text. */
  readonly scope: string;
  readonly expiresAt: number | null;
}

/** A row with `id`. */
export const insertAppPassword = (c: NewAppPassword): Sql => sql`
  insert into credential (principal_id, kind, label, hash, scope, expires_at)
  values (${c.principal}, 'app', ${c.label}, ${c.hash}, ${c.scope}::jsonb, ${timestamp(c.expiresAt)}) returning id`;

/** Removes one and voids remembered sign-ins. A row with `id` when it was there. */
export const deleteCredential = (principal: PrincipalId, id: number): Sql => sql`
  with removed as (delete from credential where id = ${id} and principal_id = ${principal} returning id),
  voided as (update principal set credential_epoch = credential_epoch + 1
    where id = ${principal}::bigint and exists (select from removed))
  select id from removed`;

/** Notes a use; written at most once per `everyMs`, so that reading does not write. */
export const touchCredential = (id: number, now: number, everyMs: number): Sql => sql`
  update credential set last_used_at = ${timestamp(now)}
  where id = ${id} and (last_used_at is null or last_used_at < ${timestamp(now - everyMs)}) returning id`;
