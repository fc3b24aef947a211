import type { CollectionId, DomainId, PrincipalId } from "../database.js";
import { empty, join, type Sql, sql } from "../sql.js";

export type PrincipalKind = "user" | "group" | "resource" | "location";

/** Who says what a principal is called: this server, a directory, or an issuer of tokens. */
export type PrincipalSource = "local" | "directory" | "token";

export interface PrincipalRow {
  readonly id: PrincipalId;
  readonly uuid: string;
  readonly domain: DomainId;
  readonly domainName: string;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly isAdmin: boolean;
  readonly enabled: boolean;
  readonly source: PrincipalSource;
  readonly services: Readonly<Record<string, unknown>>;
  readonly credentialEpoch: number;
  readonly home: CollectionId | null;
  readonly defaultCalendar: CollectionId | null;
  readonly defaultTasks: CollectionId | null;
  readonly createdAt: number;
  readonly aliases: readonly string[];
}

/** Selects rows of `PrincipalRow` from `principal p` and its `domain d`; joins and conditions may follow. */
export const principalsFrom: Sql = sql`
  select p.id, p.uuid, p.domain_id as domain, d.name as "domainName", p.kind, p.login, p.display_name as "displayName",
    p.first_name as "firstName", p.last_name as "lastName", p.is_admin as "isAdmin", p.enabled, p.source,
    p.services,
    p.credential_epoch as "credentialEpoch", p.home_id as home, p.default_calendar_id as "defaultCalendar",
    p.default_tasks_id as "defaultTasks", p.created_at as "createdAt",
    array(select a.alias from principal_alias a where a.principal_id = p.id order by a.alias) as aliases
  from principal p join domain d on d.id = p.domain_id`;

export interface NewPrincipal {
  readonly domain: DomainId;
  readonly kind: PrincipalKind;
  /** In lower case. */
  readonly login: string;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly isAdmin: boolean;
}

/** A row with `id` and `uuid`; a login that is taken gives `UniqueViolation` (`principal_login_key`). */
export const insertPrincipal = (p: NewPrincipal): Sql => sql`
  insert into principal (domain_id, kind, login, display_name, first_name, last_name, is_admin)
  values (${p.domain}, ${p.kind}, ${p.login}, ${p.displayName}, ${p.firstName}, ${p.lastName}, ${p.isAdmin})
  returning id, uuid`;

/** By login or alias and by the domain's name or alias, all in lower case; a login wins over an alias. */
export const principalByLogin = (login: string, domain: string): Sql => sql`${principalsFrom}
  where (d.name = ${domain} or d.id = (select a.domain_id from domain_alias a where a.alias = ${domain}))
    and (p.login = ${login} or p.id = (
      select a.principal_id from principal_alias a where a.domain_id = d.id and a.alias = ${login}))
  order by (p.login = ${login}) desc limit 1`;

/** Principals of these kinds by domain and login; of one domain when its name is given. */
export const principalsByKind = (kinds: readonly PrincipalKind[], domain?: string): Sql => sql`${principalsFrom}
  where p.kind = any(${kinds}::text[]) ${domain === undefined ? empty : sql`and d.name = ${domain}`}
  order by d.name, p.login`;

/** What all principals are called: rows with `id` and `name` (`login@domain`). */
export const principalNames = (): Sql =>
  sql`select p.id, p.login || '@' || d.name as name from principal p join domain d on d.id = p.domain_id`;

export interface PrincipalChange {
  /** Void remembered sign-ins, where they change. */
  readonly isAdmin?: boolean;
  readonly enabled?: boolean;
  /** JSON text, merged. */
  readonly services?: string;
  readonly home?: CollectionId | null;
  readonly defaultCalendar?: CollectionId | null;
  readonly defaultTasks?: CollectionId | null;
}

/** Sets what is given. A row with `id` when it was there. */
export function updatePrincipal(id: PrincipalId, c: PrincipalChange): Sql {
  const standing = [
    ...(c.isAdmin === undefined ? [] : [sql`is_admin <> ${c.isAdmin}`]),
    ...(c.enabled === undefined ? [] : [sql`enabled <> ${c.enabled}`]),
  ];
  const set = [
    standing.length === 0
      ? sql`login = login`
      : sql`credential_epoch = credential_epoch + (${join(standing, " or ")})::int`,
    ...(c.isAdmin === undefined ? [] : [sql`is_admin = ${c.isAdmin}`]),
    ...(c.enabled === undefined ? [] : [sql`enabled = ${c.enabled}`]),
    ...(c.services === undefined ? [] : [sql`services = services || ${c.services}::jsonb`]),
    ...(c.home === undefined ? [] : [sql`home_id = ${c.home}`]),
    ...(c.defaultCalendar === undefined ? [] : [sql`default_calendar_id = ${c.defaultCalendar}`]),
    ...(c.defaultTasks === undefined ? [] : [sql`default_tasks_id = ${c.defaultTasks}`]),
  ];
  return sql`update principal set ${join(set)} where id = ${id} returning id`;
}

/** Lets a principal be called otherwise too, in its domain. */
export const insertPrincipalAlias = (domain: DomainId, alias: string, id: PrincipalId): Sql => sql`
  insert into principal_alias (domain_id, alias, principal_id) values (${domain}, ${alias}, ${id}) returning alias`;

/** Sign-ins remembered under the alias are void at once, with all others of the account. */
export const deletePrincipalAlias = (id: PrincipalId, alias: string): Sql => sql`
  with gone as (delete from principal_alias where principal_id = ${id} and alias = ${alias} returning alias), voided as (
    update principal set credential_epoch = credential_epoch + 1 where id = ${id} and exists (select from gone)
  ) select alias from gone`;

/** Collections a principal owns, its home last: rows with `id`. */
export const collectionsOwnedBy = (id: PrincipalId): Sql => sql`
  select c.id from collection c join principal p on p.id = c.owner_id
  where c.owner_id = ${id} order by c.id = p.home_id, c.id`;

/** Collections whose entries speak of a principal: rows with `id`. */
export const collectionsGrantedTo = (id: PrincipalId): Sql =>
  sql`select distinct collection_id as id from grant_entry where subject = ${`p:${id}`} order by collection_id`;

/** Removes a principal with everything that hangs on it. A row with `id` when it was there. */
export const deletePrincipal = (id: PrincipalId): Sql => sql`delete from principal where id = ${id} returning id`;
