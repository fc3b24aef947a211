import { domainNamed, findDomain } from "@kalends/accounts";
import type { Database, DomainId } from "@kalends/store";

export interface HostDomain {
  readonly id: DomainId;
  readonly name: string;
}

export interface Hosts {
  /** The domain that `Host` chooses: by name or alias, else the default domain. */
  domainOf(host: string): Promise<HostDomain>;
}

const KEPT_FOR = 5_000;
const KEPT_AT_MOST = 1_000;

/** Remembers what host names mean for a few seconds, so that requests need no statement for it. */
export function createHosts(db: Database, defaultDomain: string, clock: () => number): Hosts {
  const known = new Map<string, { until: number; domain: Promise<HostDomain> }>();
  return {
    domainOf(host) {
      const found = known.get(host);
      if (found && found.until > clock()) return found.domain;
      if (known.size >= KEPT_AT_MOST) known.clear();
      const domain = domainByHost(db, host, defaultDomain);
      known.set(host, { until: clock() + KEPT_FOR, domain });
      domain.catch(() => known.delete(host));
      return domain;
    },
  };
}

/** Addresses and unknown names mean the default domain, so that nobody can probe which domains are hosted. */
async function domainByHost(db: Database, host: string, defaultDomain: string): Promise<HostDomain> {
  const { id, name } = (await findDomain(db, host)) ?? (await domainNamed(db, defaultDomain));
  return { id, name };
}
