import { ServiceSwitchedOff } from "../conditions.js";
import type { Exchange, Requester } from "../exchange.js";
import { refuse } from "../refusal.js";

/** The sign-in is void: the server looks at the credentials again, or asks for others (401). */
export class StaleSignIn extends Error {
  override readonly name = "StaleSignIn";
  constructor(readonly requester: Requester) {
    super(`the sign-in of ${requester.login}@${requester.domain} is no longer good`);
  }
}

/** The services that mailbox paths and file areas belong to, by their names among the switches of accounts and domains. */
export const WEBCAL = "webcal";
export const WEBDAV = "webdav";
/** The service by which entries for `anonymous` count. */
const ANONYMOUS_ACCESS = "anonymous";
export type Service = typeof WEBCAL | typeof WEBDAV | typeof ANONYMOUS_ACCESS;

type Switches = Readonly<Record<string, unknown>>;
export interface Account {
  readonly id: number;
  readonly enabled: boolean;
  readonly services: Switches;
  readonly domain_services: Switches;
}
export interface Asked {
  readonly asker: (Account & { readonly epoch: number }) | null;
}
const TOLD: Readonly<Record<Service, string>> = {
  [WEBCAL]: "The calendar service",
  [WEBDAV]: "The file service",
  [ANONYMOUS_ACCESS]: "Access without signing in",
};

/** Refuses a sign-in that is no longer good. */
export function checkSignIn(row: Asked | undefined, { by }: Exchange): void {
  if (by === null) return;
  const asker = row?.asker;
  if (!asker?.enabled || asker.epoch !== by.epoch) throw new StaleSignIn(by);
}

/** Refuses with 403 where the service is switched off for the account or its domain. */
export function checkService({ services, domain_services }: Account, service: Service = WEBCAL): void {
  for (const [of, switches] of [
    ["account", services],
    ["domain", domain_services],
  ] as const) {
    if (switches[service] === false) {
      refuse(ServiceSwitchedOff, { service, of }, `${TOLD[service]} is switched off for this ${of}.`);
    }
  }
}

/** The same for the owner of what is asked for, whose account must also be on. */
export function checkOwner(account: Account, { by }: Exchange, service: Service = WEBCAL): void {
  checkService(account, service);
  if (by === null) checkService(account, ANONYMOUS_ACCESS);
  if (!account.enabled)
    refuse(ServiceSwitchedOff, { service: "account", of: "account" }, "The account of the owner is switched off.");
}
