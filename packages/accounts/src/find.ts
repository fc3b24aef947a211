import type { PrincipalKind } from "@kalends/dav-core";
import { type DomainId, type PrincipalId, type ReadTx, sql } from "@kalends/store";
import { accountName, unknown } from "./names.js";

export interface DomainRow {
  readonly id: DomainId;
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
}

/** An account, group, resource or location by name. */
export interface NamedPrincipal {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly domain: string;
  readonly domainId: DomainId;
}

/** Finds a domain by its name or an alias; undefined when it is not ours. For the `Host` of requests, and commands. */
export const findDomain = (tx: ReadTx, name: string): Promise<DomainRow | undefined> =>
  tx.one<DomainRow>(sql`
    select id, name, services from domain
    where name = ${name.toLowerCase()}
      or id = (select domain_id from domain_alias where alias = ${name.toLowerCase()})`);

/** The same, for what must be there. Throws `DirectoryError`. */
export async function domainNamed(tx: ReadTx, name: string): Promise<DomainRow> {
  const found = await findDomain(tx, name);
  if (!found) throw unknown(`There is no domain "${name}": add it with "kalends domain add ${name}".`);
  return found;
}

/**
 * Finds a principal by `name[@domain]`, aliases included; names without domain belong to `fallback`.
 * Throws `DirectoryError`.
 */
export async function principalNamed(tx: ReadTx, text: string, fallback: string): Promise<NamedPrincipal> {
  const { login, domain } = accountName(text, fallback);
  const found = await tx.one<NamedPrincipal>(sql`
    select p.id, p.kind, p.login, d.name as domain, d.id as "domainId" from principal p join domain d on d.id = p.domain_id
    where d.id = coalesce((select id from domain where name = ${domain}),
        (select domain_id from domain_alias where alias = ${domain}))
      and (p.login = ${login} or p.id = (
        select principal_id from principal_alias where domain_id = d.id and alias = ${login}))`);
  if (!found)
    throw unknown(`There is no account or group "${login}" in ${domain}: "kalends user list" shows who there is.`);
  return found;
}
