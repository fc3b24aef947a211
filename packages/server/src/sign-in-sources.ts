import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  createDirectorySignIn,
  createLdapDirectory,
  createTokenIssuer,
  type DirectorySignIn,
  type TokenSignIn,
} from "@kalends/accounts";
import type { Database } from "@kalends/store";
import type { Logger } from "pino";
import { ConfigError } from "./config/load.js";
import type { Config } from "./config/schema.js";

interface Around {
  readonly config: Config;
  readonly db: Database;
  readonly clock: () => number;
  readonly log: Logger;
}

const MINUTE = 60_000;

const listOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function certificate(path: string): string {
  try {
    return readFileSync(resolve(path), "utf8");
  } catch (error) {
    throw new ConfigError(`setting auth.ldap.caFile: ${(error as Error).message}`);
  }
}

/** The directory of the settings; null where there is none. Throws `ConfigError`. */
export function directoryOf({ config, db, clock, log }: Around): DirectorySignIn | null {
  const { ldap } = config.auth;
  if (ldap.url === undefined) return null;
  if (ldap.base === "") throw new ConfigError("setting auth.ldap.base must say where people are in the directory");
  // An empty password would bind as nobody and be told that all is well (RFC 4513 5.1.2).
  if (ldap.bindDn !== undefined && ldap.bindPassword === undefined) {
    throw new ConfigError("setting auth.ldap.bindPassword must be given together with auth.ldap.bindDn");
  }
  const { url, startTls, bindDn, bindPassword, base, filter, groupBase, groupFilter, groupName } = ldap;
  const { login, displayName, firstName, lastName } = ldap;
  const directory = createLdapDirectory({
    ...{ url, startTls, base, filter, groupFilter, groupName, clock },
    ...(ldap.caFile === undefined ? {} : { ca: certificate(ldap.caFile) }),
    ...(bindDn === undefined ? {} : { bindDn }),
    ...(bindPassword === undefined ? {} : { bindPassword }),
    ...(groupBase === undefined ? {} : { groupBase }),
    attributes: { login, displayName, firstName, lastName, aliases: listOf(ldap.aliases) },
    timeoutMs: ldap.timeout,
    onTrouble: (error) => log.warn({ err: error }, "the directory cannot be asked"),
  });
  return createDirectorySignIn({
    ...{ db, clock, directory },
    domain: ldap.domain ?? config.domain,
    rememberedMs: ldap.cacheMinutes * MINUTE,
    refreshMs: ldap.refreshMinutes * MINUTE,
  });
}

/** The issuer of tokens of the settings; null where there is none. */
export function tokensOf({ config, clock }: Pick<Around, "config" | "clock">): TokenSignIn | null {
  const { oidc } = config.auth;
  if (oidc.issuer === undefined) return null;
  const issuer = createTokenIssuer({
    issuer: oidc.issuer,
    audience: oidc.audience,
    ...(oidc.jwksUrl === undefined ? {} : { jwksUrl: oidc.jwksUrl }),
    algorithms: listOf(oidc.algorithms),
    claim: oidc.claim,
    clockSkewSeconds: oidc.clockSkew,
    clock,
  });
  return { ...issuer, domain: oidc.domain ?? config.domain, provisions: oidc.provision };
}
