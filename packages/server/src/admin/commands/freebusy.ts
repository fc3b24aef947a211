import { principalNamed } from "@kalends/accounts";
import { type Access, type FreeBusyState, freeBusyState, setAccess } from "@kalends/freebusy";
import type { AdminCommand, AnyAdminCommand } from "../command.js";

export interface FreeBusyListing extends FreeBusyState {
  readonly name: string;
}

const set: AdminCommand<{ name: string; access: Access }, FreeBusyListing> = {
  name: "freebusy.set",
  async run({ name, access }, { services, config }) {
    const { id, login, domain } = await principalNamed(services.db, name, config.domain);
    await services.db.rows(setAccess(id, access));
    return { name: `${login}@${domain}`, ...(await freeBusyState(id, services.db)) };
  },
};

const show: AdminCommand<{ name: string }, FreeBusyListing> = {
  name: "freebusy.show",
  async run({ name }, { services, config }) {
    const { id, login, domain } = await principalNamed(services.db, name, config.domain);
    return { name: `${login}@${domain}`, ...(await freeBusyState(id, services.db)) };
  },
};

export const freeBusyCommands: readonly AnyAdminCommand[] = [set, show];
