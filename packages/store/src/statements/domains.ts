import type { DomainId } from "../database.js";
import { type Sql, sql } from "../sql.js";

export interface DomainRow {
  readonly id: DomainId;
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly aliases: readonly string[];
}

const columns = sql`d.id, d.name, d.services, d.created_at as "createdAt",
  array(select a.alias from domain_alias a where a.domain_id = d.id order by a.alias) as aliases`;

/** `name` in lower case; `services` is JSON text. A row with `id`. */
export const insertDomain = (name: string, services = "{}"): Sql =>
  sql`insert into domain (name, services) values (${name}, ${services}::jsonb) returning id`;

export const allDomains = (): Sql => sql`select ${columns} from domain d order by d.name`;

/** By its name or one of its aliases, in lower case. */
export const domainByName = (name: string): Sql => sql`
  select ${columns} from domain d
  where d.name = ${name} or d.id = (select a.domain_id from domain_alias a where a.alias = ${name}) limit 1`;

export const domainById = (id: DomainId): Sql => sql`select ${columns} from domain d where d.id = ${id}`;

/** Merges JSON text into the service switches. A row with `id` when it was there. */
export const updateDomainServices = (id: DomainId, services: string): Sql =>
  sql`update domain set services = services || ${services}::jsonb where id = ${id} returning id`;

export const renameDomain = (id: DomainId, name: string): Sql =>
  sql`update domain set name = ${name} where id = ${id} returning id`;

/** Removes a domain with everybody and everything in it. */
export const deleteDomain = (id: DomainId): Sql => sql`delete from domain where id = ${id} returning id`;

export const insertDomainAlias = (id: DomainId, alias: string): Sql =>
  sql`insert into domain_alias (alias, domain_id) values (${alias}, ${id}) returning alias`;

export const deleteDomainAlias = (alias: string): Sql =>
  sql`delete from domain_alias where alias = ${alias} returning alias`;
