import type { DomainId, PrincipalId } from "../database.js";
import { type Sql, sql, timestamp } from "../sql.js";
import type { PrincipalSource } from "./principals.js";

/** What a directory says of a person. */
export interface PersonChange {
  readonly source: PrincipalSource;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** Epoch milliseconds. */
  readonly refreshedAt: number;
}

/** A row with `id` when the principal was there. */
export const updatePerson = (id: PrincipalId, p: PersonChange): Sql => sql`
  update principal set source = ${p.source}, display_name = ${p.displayName}, first_name = ${p.firstName},
    last_name = ${p.lastName}, refreshed_at = ${timestamp(p.refreshedAt)}
  where id = ${id} returning id`;

/** Notes that the directory was asked and knew nothing new. */
export const touchPrincipal = (id: PrincipalId, now: number): Sql =>
  sql`update principal set refreshed_at = ${timestamp(now)} where id = ${id} returning id`;

/** Makes exactly these the aliases of a principal; those that mean somebody else already are left out. */
export const replaceAliases = (domain: DomainId, id: PrincipalId, aliases: readonly string[]): Sql => sql`
  with wanted as (
    select distinct alias from unnest(${aliases}::text[]) as w(alias)
    where not exists (select from principal p where p.domain_id = ${domain} and p.login = w.alias)
  ), removed as (
    delete from principal_alias where principal_id = ${id} and alias not in (select alias from wanted)
  )
  insert into principal_alias (domain_id, alias, principal_id)
  select ${domain}::bigint, alias, ${id}::bigint from wanted on conflict do nothing`;

export interface DirectoryGroup {
  readonly login: string;
  readonly displayName: string;
}

/** Makes the groups of a domain that are missing. */
export const ensureGroups = (domain: DomainId, groups: readonly DirectoryGroup[]): Sql => sql`
  insert into principal (domain_id, kind, login, display_name, source)
  select ${domain}::bigint, 'group', login, min(name), 'directory'
  from unnest(${groups.map(({ login }) => login)}::text[], ${groups.map(({ displayName }) => displayName)}::text[])
    as g(login, name)
  group by login order by login on conflict (domain_id, login) do nothing`;

/** Makes exactly these groups of the domain those a directory put the principal in; other memberships stay. */
export const replaceDirectoryGroups = (domain: DomainId, member: PrincipalId, groups: readonly string[]): Sql => sql`
  with wanted as (
    select id from principal where domain_id = ${domain} and kind = 'group' and login = any(${groups}::text[])
  ), removed as (
    delete from principal_member where member_id = ${member} and source = 'directory'
      and group_id not in (select id from wanted)
  )
  insert into principal_member (group_id, member_id, source)
  select id, ${member}::bigint, 'directory' from wanted on conflict do nothing`;
