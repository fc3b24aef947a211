import type { DomainId } from "../database.js";
import { type Sql, sql } from "../sql.js";

export interface DomainRow {
  readonly id: DomainId;
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly aliases: readonly string[];
}

export interface CountedDomain extends DomainRow {
  /** How many users it holds. */
  readonly accounts: number;
}

const columns = sql`d.id, d.name, d.services,
  array(select a.alias from domain_alias a where a.domain_id = d.id order by a.alias) as aliases`;

/** `name` in lower case. A row with `id`; a name that is taken gives `UniqueViolation`. */
export const insertDomain = (name: string): Sql => sql`insert into domain (name) values (${name}) returning id`;

/** Rows of `CountedDomain` by name. */
export const allDomains = (): Sql => sql`
  select ${columns}, (select count(*) from principal p where p.domain_id = d.id and p.kind = 'user') as accounts
  from domain d order by d.name`;

/** A `DomainRow` by its name or one of its aliases, in lower case. */
export const domainByName = (name: string): Sql => sql`
  select ${columns} from domain d
  where d.name = ${name} or d.id = (select a.domain_id from domain_alias a where a.alias = ${name}) limit 1`;

/** Merges JSON text into the service switches. A row with `id` when it was there. */
export const updateDomainServices = (id: DomainId, services: string): Sql =>
  sql`update domain set services = services || ${services}::jsonb where id = ${id} returning id`;

/** An alias that is there already stays as it is. */
export const insertDomainAlias = (id: DomainId, alias: string): Sql =>
  sql`insert into domain_alias (alias, domain_id) values (${alias}, ${id}) on conflict do nothing returning alias`;

/** Sign-ins remembered under the alias are void at once, with all others of the domain. */
export const deleteDomainAlias = (alias: string): Sql => sql`
  with gone as (delete from domain_alias where alias = ${alias} returning alias, domain_id), voided as (
    update principal set credential_epoch = credential_epoch + 1 where domain_id in (select domain_id from gone)
  ) select alias from gone`;
