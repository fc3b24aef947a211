import { randomBytes, randomUUID } from "node:crypto";
import {
  type Authenticator,
  type AuthenticatorOptions,
  accounts,
  createAuthenticator,
  createPasswords,
  createThrottle,
  type Passwords,
  type SignInOutcome,
} from "@kalends/accounts";
import { caldav } from "@kalends/caldav";
import { assemble, core, entitlements, type Registry, type Services } from "@kalends/dav-core";
import { type Clark, split } from "@kalends/dav-xml";
import { files } from "@kalends/files";
import { freebusy, freebusyWith, type Policy } from "@kalends/freebusy";
import type { Database } from "@kalends/store";
import type { Logger } from "pino";
import type { Config } from "./config/schema.js";
import { createFreeBusyFiles, type FreeBusyFiles } from "./http/free-busy.js";
import { createHosts, type Hosts } from "./http/hosts.js";
import { createOrigins, type OriginOf } from "./http/origin.js";
import { countVisitors, type Visitors } from "./http/visitor-count.js";
import type { Figures } from "./metrics/figures.js";
import { createMeter, type Meter } from "./metrics/meter.js";
import { ownFigures } from "./metrics/own.js";
import { meterRequests, type RequestMeter, type Vocabulary } from "./metrics/requests.js";
import { METRICS } from "./metrics/table.js";
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
  readonly offload: WorkerPool;
  readonly meter: Meter;
  readonly requests: RequestMeter;
  /** What all processes have counted. */
  readonly figures: () => Promise<readonly Figures[]>;
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
  /** What this process counts; one of its own unless given. */
  readonly meter?: Meter;
  /** The figures of all processes; those of this one unless given. */
  readonly everybody?: (() => Promise<readonly Figures[]>) | undefined;
}

export function compose(around: Surroundings): House {
  const { config, db, offload, log, ready } = around;
  const { auth } = config;
  const clock = around.clock ?? Date.now;
  const registry = assemble(extensionsUnder(config.freeBusy.policy));
  const passwords = createPasswords({ cost: auth.bcryptCost });
  const meter = around.meter ?? createMeter();
  const house: House = {
    config,
    registry,
    log,
    ready,
    offload,
    meter,
    requests: meterRequests(meter, vocabularyOf(registry)),
    figures: around.everybody ?? (async () => [ownFigures(house)]),
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
      noted: noteSignIns(meter),
      ...(around.others ? { others: around.others } : {}),
    }),
    originOf: createOrigins(config),
    hosts: createHosts(db, config.domain, clock),
    freeBusy: createFreeBusyFiles(config, clock),
    visitors: countVisitors(config.limits.anonymousRequests, clock),
  };
  return house;
}

/** Reports are told apart by the names they were declared under. */
const vocabularyOf = (registry: Registry): Vocabulary => ({
  knowsVerb: registry.knowsVerb,
  reportName: (root) => (registry.report(root as Clark) ? split(root as Clark).local : undefined),
});

/** Counts what became of credentials. */
function noteSignIns(meter: Meter): (outcome: SignInOutcome) => void {
  const outcomes: readonly SignInOutcome[] = ["remembered", "checked", "wrong", "throttled", "unavailable"];
  // All are there from the start: a rate needs a beginning.
  const counts = new Map(outcomes.map((outcome) => [outcome, meter.series(METRICS.signIns, { outcome })]));
  for (const what of ["sign-in", "visitor"]) meter.series(METRICS.throttled, { what });
  return (outcome) => {
    const count = counts.get(outcome);
    if (count) count[0] = (count[0] ?? 0) + 1;
    if (outcome === "throttled") meter.add(METRICS.throttled, { what: "sign-in" });
  };
}
