import {
  addDomainAlias,
  createDomain,
  domainNamed,
  isOn,
  listDomains,
  SERVICES,
  setDomainServices,
} from "@kalends/accounts";
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

export const domainCommands: readonly AnyAdminCommand[] = [add, alias, list, services];
