import type { PrincipalKind } from "@kalends/dav-core";
import {
  type DomainId,
  type DomainRow,
  domainByName,
  type PrincipalId,
  type PrincipalRow,
  principalByLogin,
  type ReadTx,
} from "@kalends/store";
import { accountName, unknown } from "./names.js";

export type { DomainRow };

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
  tx.one<DomainRow>(domainByName(name.toLowerCase()));

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
  const found = await tx.one<PrincipalRow>(principalByLogin(login, domain));
  if (!found)
    throw unknown(`There is no account or group "${login}" in ${domain}: "kalends user list" shows who there is.`);
  return { id: found.id, kind: found.kind, login: found.login, domain: found.domainName, domainId: found.domain };
}
