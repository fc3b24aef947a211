/** Services that are on unless switched off, by their names in `services`. */
export const SERVICES = Object.freeze(["webcal", "webdav", "colleagues-free-busy", "anonymous"] as const);
/**
 * `webcal`: CalDAV and the whole-file realms, `webdav`: the file area, each for an account or a domain.
 * `colleagues-free-busy`: accounts made in a domain let their colleagues see when they are busy; for a domain.
 * `anonymous`: entries for `anonymous` count, for an account or a domain.
 */
export type Service = (typeof SERVICES)[number];

export type Switches = Readonly<Partial<Record<string, unknown>>>;

export const isService = (name: string): name is Service => SERVICES.some((service) => service === name);

export const isOn = (services: Switches, service: Service): boolean => services[service] !== false;

/** The first switch that is off, or null: the account's own, then its domain's. */
export function firstSwitchOff(service: Service, account: Switches, domain: Switches): "account" | "domain" | null {
  if (!isOn(account, service)) return "account";
  return isOn(domain, service) ? null : "domain";
}
