import type { CollectionId, DomainId, PrincipalId } from "../database.js";
import { empty, join, type Sql, sql } from "../sql.js";

export type PrincipalKind = "user" | "group" | "resource" | "location";

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
  readonly services: Readonly<Record<string, unknown>>;
  readonly domainServices: Readonly<Record<string, unknown>>;
  readonly credentialEpoch: number;
  readonly home: CollectionId | null;
  readonly defaultCalendar: CollectionId | null;
  readonly defaultTasks: CollectionId | null;
  readonly createdAt: number;
  readonly aliases: readonly string[];
}

export const principalColumns = sql`p.id, p.uuid, p.domain_id as domain, d.name as "domainName", p.kind, p.login,
  p.display_name as "displayName", p.first_name as "firstName", p.last_name as "lastName", p.is_admin as "isAdmin",
  p.enabled, p.services, d.services as "domainServices", p.credential_epoch as "credentialEpoch", p.home_id as home,
  p.default_calendar_id as "defaultCalendar", p.default_tasks_id as "defaultTasks", p.created_at as "createdAt",
  array(select a.alias from principal_alias a where a.principal_id = p.id order by a.alias) as aliases`;

const from = sql`select ${principalColumns} from principal p join domain d on d.id = p.domain_id`;

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

export const principalById = (id: PrincipalId): Sql => sql`${from} where p.id = ${id}`;

export const principalByUuid = (uuid: string): Sql => sql`${from} where p.uuid::text = ${uuid}`;

export const principalsById = (ids: readonly PrincipalId[]): Sql =>
  sql`${from} where p.id = any(${ids}::bigint[]) order by p.id`;

/** By login or alias and by the domain's name or alias, all in lower case; a login wins over an alias. */
export const principalByLogin = (login: string, domain: string): Sql => sql`${from}
  where (d.name = ${domain} or d.id = (select a.domain_id from domain_alias a where a.alias = ${domain}))
    and (p.login = ${login} or p.id = (
      select a.principal_id from principal_alias a where a.domain_id = d.id and a.alias = ${login}))
  order by (p.login = ${login}) desc limit 1`;

export interface PrincipalPage {
  readonly domain?: DomainId;
  readonly kinds?: readonly PrincipalKind[];
  /** Part of login, display name, first or last name, whatever the case. */
  readonly search?: string;
  /** The last login of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Principals by login. */
export function principalsPage({ domain, kinds, search, after, limit }: PrincipalPage): Sql {
  const where = [
    domain === undefined ? empty : sql`p.domain_id = ${domain}`,
    kinds ? sql`p.kind = any(${kinds}::text[])` : empty,
    search === undefined
      ? empty
      : sql`position(lower(${search}) in lower(concat_ws(' ', p.login, p.display_name, p.first_name, p.last_name))) > 0`,
    after === undefined ? empty : sql`p.login > ${after}`,
  ].filter((part) => part !== empty);
  return sql`${from} ${where.length ? sql`where ${join(where, " and ")}` : empty}
    order by p.login, p.id limit ${limit}::bigint`;
}

export interface PrincipalChange {
  readonly login?: string;
  readonly displayName?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly isAdmin?: boolean;
  /** Voids remembered sign-ins. */
  readonly enabled?: boolean;
  /** JSON text, merged. */
  readonly services?: string;
  readonly home?: CollectionId | null;
  readonly defaultCalendar?: CollectionId | null;
  readonly defaultTasks?: CollectionId | null;
}

/** Sets what is given. A row with `id` when it was there. */
export function updatePrincipal(id: PrincipalId, c: PrincipalChange): Sql {
  const set = [
    c.login === undefined ? empty : sql`login = ${c.login}`,
    c.displayName === undefined ? empty : sql`display_name = ${c.displayName}`,
    c.firstName === undefined ? empty : sql`first_name = ${c.firstName}`,
    c.lastName === undefined ? empty : sql`last_name = ${c.lastName}`,
    c.isAdmin === undefined ? empty : sql`is_admin = ${c.isAdmin}`,
    c.enabled === undefined ? empty : sql`enabled = ${c.enabled}, credential_epoch = credential_epoch + 1`,
    c.services === undefined ? empty : sql`services = services || ${c.services}::jsonb`,
    c.home === undefined ? empty : sql`home_id = ${c.home}`,
    c.defaultCalendar === undefined ? empty : sql`default_calendar_id = ${c.defaultCalendar}`,
    c.defaultTasks === undefined ? empty : sql`default_tasks_id = ${c.defaultTasks}`,
  ].filter((part) => part !== empty);
  return sql`update principal set ${set.length > 0 ? join(set) : sql`login = login`} where id = ${id} returning id`;
}

/** Removes a principal with all collections, credentials and memberships. */
export const deletePrincipal = (id: PrincipalId): Sql => sql`delete from principal where id = ${id} returning id`;

export const insertPrincipalAlias = (domain: DomainId, alias: string, id: PrincipalId): Sql => sql`
  insert into principal_alias (domain_id, alias, principal_id) values (${domain}, ${alias}, ${id}) returning alias`;

export const deletePrincipalAlias = (domain: DomainId, alias: string): Sql =>
  sql`delete from principal_alias where domain_id = ${domain} and alias = ${alias} returning alias`;
