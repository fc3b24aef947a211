import { randomBytes, randomUUID } from "node:crypto";
import {
  type Authenticator,
  type AuthenticatorOptions,
  accounts,
  createAuthenticator,
  createPasswords,
  createThrottle,
  type Passwords,
} from "@kalends/accounts";
import { caldav } from "@kalends/caldav";
import { assemble, core, entitlements, type Registry, type Services } from "@kalends/dav-core";
import { files } from "@kalends/files";
import { freebusy, freebusyWith, type Policy } from "@kalends/freebusy";
import type { Database } from "@kalends/store";
import type { Logger } from "pino";
import type { Config } from "./config/schema.js";
import { createFreeBusyFiles, type FreeBusyFiles } from "./http/free-busy.js";
import { createHosts, type Hosts } from "./http/hosts.js";
import { createOrigins, type OriginOf } from "./http/origin.js";
import { countVisitors, type Visitors } from "./http/visitor-count.js";
import type { WorkerPool } from "./offload.js";
import { directoryOf, tokensOf } from "./sign-in-sources.js";

/** Everything that serves, put together once at start. */
export interface House {
  readonly config: Config;
  readonly services: Services;
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly passwords: Passwords;
  readonly hosts: Hosts;
  /** Where a request was sent, and by whom. */
  readonly originOf: OriginOf;
  readonly freeBusy: FreeBusyFiles;
  /** How often addresses ask without credentials. */
  readonly visitors: Visitors;
  readonly log: Logger;
  /** False while starting and stopping. */
  readonly ready: () => boolean;
}

const MINUTE = 60_000;

/** The composition list: a feature is one package and one line here. */
export const extensions = [core, caldav, files, accounts, freebusy];

/** The list under the settings. */
const extensionsUnder = (policy: Policy) => extensions.map((each) => (each === freebusy ? freebusyWith(policy) : each));

/** What changes between a real server and a test. */
export interface Surroundings {
  readonly config: Config;
  readonly db: Database;
  readonly offload: WorkerPool;
  readonly log: Logger;
  readonly ready: () => boolean;
  readonly clock?: () => number;
  /** Other processes that serve the same accounts and share what they know of sign-ins. */
  readonly others?: AuthenticatorOptions["others"] | undefined;
}

export function compose(around: Surroundings): House {
  const { config, db, offload, log, ready } = around;
  const { auth } = config;
  const clock = around.clock ?? Date.now;
  const registry = assemble(extensionsUnder(config.freeBusy.policy));
  const passwords = createPasswords({ cost: auth.bcryptCost });
  return {
    config,
    registry,
    log,
    ready,
    services: Object.freeze({
      db,
      catalogue: registry,
      limits: config.limits,
      offload,
      clock,
      newName: randomUUID,
      entitled: entitlements[config.privacy.entitled],
      warn: (what: string, about: object) => log.warn(about, what),
      mergesUploads: config.publishing.uploads === "merge",
      remark: (text: string, about: Readonly<Record<string, unknown>>) => log.info(about, text),
    }),
    passwords,
    authenticator: createAuthenticator({
      db,
      clock,
      random: randomBytes,
      passwords,
      throttle: createThrottle({
        db,
        clock,
        limit: auth.failures,
        accountLimit: auth.accountFailures,
        addressLimit: auth.addressFailures,
        windowMs: auth.failureMinutes * MINUTE,
        lockMs: auth.lockMinutes * MINUTE,
      }),
      directory: directoryOf({ config, db, clock, log }),
      tokens: tokensOf({ config, clock }),
      limits: { rememberedMs: auth.cacheMinutes * MINUTE },
      ...(around.others ? { others: around.others } : {}),
    }),
    originOf: createOrigins(config),
    hosts: createHosts(db, config.domain, clock),
    freeBusy: createFreeBusyFiles(config, clock),
    visitors: countVisitors(config.limits.anonymousRequests, clock),
  };
}
