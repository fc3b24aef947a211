import {
  addDomainAlias,
  createDomain,
  domainNamed,
  isOn,
  listDomains,
  peoplePolicy,
  removeDomainAlias,
  SERVICES,
  setDomainServices,
  setPeoplePolicy,
  setSharingPolicy,
  sharingPolicy,
} from "@kalends/accounts";
import type { PeoplePolicy, SharingPolicy } from "@kalends/dav-core";
import type { AdminCommand, AnyAdminCommand } from "../command.js";
import { type Switching, switchesOf } from "./switching.js";

export interface DomainListing {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly off: readonly string[];
  readonly accounts: number;
}

const add: AdminCommand<{ name: string }, { name: string }> = {
  name: "domain.add",
  async run({ name }, { services }) {
    await createDomain(services.db, name);
    return { name };
  },
};

const alias: AdminCommand<{ name: string; alias: string }, { alias: string }> = {
  name: "domain.alias",
  async run({ name, alias: other }, { services }) {
    await addDomainAlias(services.db, name, other);
    return { alias: other };
  },
};

const list: AdminCommand<Record<string, never>, readonly DomainListing[]> = {
  name: "domain.list",
  async run(_args, { services }) {
    const domains = await listDomains(services.db);
    return domains.map(({ name, aliases, accounts, services: switches }) => ({
      name,
      aliases,
      accounts,
      off: SERVICES.filter((service) => !isOn(switches, service)),
    }));
  },
};

const services: AdminCommand<{ name: string } & Switching, { off: readonly string[] }> = {
  name: "domain.services",
  async run({ name, ...switching }, house) {
    const { db } = house.services;
    await setDomainServices(db, name, switchesOf(switching));
    const domain = await domainNamed(db, name);
    return { off: SERVICES.filter((service) => !isOn(domain.services, service)) };
  },
};

const removeAlias: AdminCommand<{ alias: string }, { alias: string }> = {
  name: "domain.remove-alias",
  async run({ alias: name }, { services: { db } }) {
    await removeDomainAlias(db, name);
    return { alias: name };
  },
};

const people: AdminCommand<{ name: string; policy?: PeoplePolicy }, { policy: PeoplePolicy }> = {
  name: "domain.people",
  async run({ name, policy }, { services: { db } }) {
    if (policy !== undefined) await setPeoplePolicy(db, name, policy);
    return { policy: await peoplePolicy(db, name) };
  },
};

const sharing: AdminCommand<{ name: string; policy?: SharingPolicy }, { policy: SharingPolicy }> = {
  name: "domain.sharing",
  async run({ name, policy }, { services: { db } }) {
    if (policy !== undefined) await setSharingPolicy(db, name, policy);
    return { policy: await sharingPolicy(db, name) };
  },
};

export const domainCommands: readonly AnyAdminCommand[] = [add, alias, removeAlias, list, services, people, sharing];
