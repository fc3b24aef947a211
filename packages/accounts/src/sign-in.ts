import type { PrincipalKind, Requester } from "@kalends/dav-core";
import { type DomainId, type PrincipalId, type Sql, sql } from "@kalends/store";

/** An account as the sign-in needs it; also found by its aliases and those of its domain. */
export interface SignInRow {
  readonly id: PrincipalId;
  readonly domain_id: DomainId;
  readonly domain: string;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly is_admin: boolean;
  readonly enabled: boolean;
  readonly credential_epoch: number;
  readonly password: string | null;
  readonly apps: readonly { readonly id: number; readonly hash: string }[];
}

/** Finds the account and its credentials in one statement. A name without domain belongs to the domain given. */
export const findSignIn = (login: string, domain: string | null, fallback: DomainId | null, now: Sql): Sql => sql`
  select p.id, p.domain_id, d.name as domain, p.kind, p.login, p.is_admin, p.enabled, p.credential_epoch,
    (select c.hash from credential c where c.principal_id = p.id and c.kind = 'password' order by c.id desc limit 1)
      as password,
    (select coalesce(json_agg(json_build_object('id', c.id, 'hash', c.hash)), '[]') from credential c
      where c.principal_id = p.id and c.kind = 'app' and (c.expires_at is null or c.expires_at > ${now})) as apps
  from domain d join principal p on p.domain_id = d.id
  where d.id = case when ${domain}::text is null then ${fallback}::bigint else coalesce(
      (select id from domain where name = ${domain}), (select domain_id from domain_alias where alias = ${domain})) end
    and p.id = coalesce(
      (select id from principal where domain_id = d.id and login = ${login}),
      (select principal_id from principal_alias where domain_id = d.id and alias = ${login}))`;

export const requesterOf = (row: SignInRow): Requester =>
  Object.freeze({
    id: row.id,
    domainId: row.domain_id,
    domain: row.domain,
    kind: row.kind,
    login: row.login,
    epoch: row.credential_epoch,
    isAdmin: row.is_admin,
  });

/** Remembers when an app password was last used. */
export const touchCredential = (id: number, now: Sql): Sql =>
  sql`update credential set last_used_at = ${now} where id = ${id}`;
