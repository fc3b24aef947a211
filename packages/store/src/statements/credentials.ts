import type { CollectionId, DomainId, PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";
import type { PrincipalKind, PrincipalSource } from "./principals.js";

/** How far an app password reaches; what is absent does not limit it. */
export interface CredentialScope {
  /** `read`: changes nothing. `free-busy`: sends when its holder is busy, and no more. */
  readonly access?: "read" | "free-busy";
  readonly collections?: readonly CollectionId[];
  /** Addresses or blocks of them, `192.0.2.0/24`. */
  readonly networks?: readonly string[];
}

/** An account as a sign-in needs it, with what it can sign in with at that moment. */
export interface SignInRow {
  readonly id: PrincipalId;
  readonly domainId: DomainId;
  readonly domain: string;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly isAdmin: boolean;
  readonly enabled: boolean;
  readonly epoch: number;
  /** Hash; null = nobody signs in with a password. */
  readonly password: string | null;
  readonly apps: readonly {
    readonly id: number;
    readonly label: string;
    readonly hash: string;
    readonly scope: CredentialScope;
    /** Epoch milliseconds; null = never. */
    readonly expiresAt: number | null;
  }[];
  readonly home: CollectionId | null;
  readonly source: PrincipalSource;
  /** When the directory was last asked, in epoch milliseconds. */
  readonly refreshedAt: number | null;
}

/**
 * One `SignInRow`: by login or alias, and by the domain's name or alias, all in lower case. A name without domain belongs
 * to `fallback`. App passwords that have expired at `now` are left out.
 */
export const findSignIn = (login: string, domain: string | null, fallback: DomainId | null, now: number): Sql => sql`
  select p.id, p.domain_id as "domainId", d.name as domain, p.kind, p.login, p.is_admin as "isAdmin", p.enabled,
    p.credential_epoch as epoch, p.home_id as home, p.source, p.refreshed_at as "refreshedAt",
    (select c.hash from credential c where c.principal_id = p.id and c.kind = 'password' order by c.id desc limit 1)
      as password,
    (select coalesce(json_agg(json_build_object('id', c.id, 'label', c.label, 'hash', c.hash,
        'scope', c.scope, 'expiresAt', floor(extract(epoch from c.expires_at) * 1000)::bigint)), '[]') from credential c
      where c.principal_id = p.id and c.kind = 'app' and (c.expires_at is null or c.expires_at > ${timestamp(now)})) as apps
  from domain d join principal p on p.domain_id = d.id
  where d.id = case when ${domain}::text is null then ${fallback}::bigint else coalesce(
      (select id from domain where name = ${domain}), (select domain_id from domain_alias where alias = ${domain})) end
    and p.id = coalesce(
      (select id from principal where domain_id = d.id and login = ${login}),
      (select principal_id from principal_alias where domain_id = d.id and alias = ${login}))`;

/** Puts a hash of the same password in place of another; remembered sign-ins stay good. */
export const replaceHash = (principal: PrincipalId, before: string, hash: string): Sql => sql`
  update credential set hash = ${hash} where principal_id = ${principal} and kind = 'password' and hash = ${before}
  returning id`;

/** Replaces the password and voids remembered sign-ins. A row with `epoch`. */
export const setPassword = (principal: PrincipalId, hash: string): Sql => sql`
  with removed as (delete from credential where principal_id = ${principal} and kind = 'password'),
  added as (insert into credential (principal_id, kind, hash) values (${principal}, 'password', ${hash}))
  update principal set credential_epoch = credential_epoch + 1 where id = ${principal} returning credential_epoch as epoch`;

export interface AppPasswordRow {
  readonly id: number;
  readonly label: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly scope: CredentialScope;
}

/** Rows of `AppPasswordRow`, the newest first, without the secrets; expired ones are included. */
export const appPasswordsOf = (principal: PrincipalId): Sql => sql`
  select id, label, created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt", scope
  from credential where principal_id = ${principal} and kind = 'app' order by id desc`;

export interface NewAppPassword {
  readonly principal: PrincipalId;
  readonly label: string;
  readonly hash: string;
  /** Epoch milliseconds; null = never. */
  readonly expiresAt: number | null;
  readonly scope: CredentialScope;
}

/** A row with `id`. */
export const insertAppPassword = (c: NewAppPassword): Sql => sql`
  insert into credential (principal_id, kind, label, hash, expires_at, scope)
  values (${c.principal}, 'app', ${c.label}, ${c.hash}, ${timestamp(c.expiresAt)},
    ${JSON.stringify(c.scope)}::jsonb) returning id`;

/** Removes one and voids remembered sign-ins. A row with `id` when it was there. */
export const deleteAppPassword = (principal: PrincipalId, id: number): Sql => sql`
  with removed as (
    delete from credential where id = ${id} and principal_id = ${principal} and kind = 'app' returning id
  ), voided as (update principal set credential_epoch = credential_epoch + 1
    where id = ${principal}::bigint and exists (select from removed))
  select id from removed`;

/** Notes a use; written at most once per `everyMs`, so that reading does not write. */
export const touchCredential = (id: number, now: number, everyMs: number): Sql => sql`
  update credential set last_used_at = ${timestamp(now)}
  where id = ${id} and (last_used_at is null or last_used_at < ${timestamp(now - everyMs)}) returning id`;
