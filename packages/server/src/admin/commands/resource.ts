import { createAccount, deletePrincipal, domainNamed, listAccounts, principalNamed } from "@kalends/accounts";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";

/** What can be booked, by the words of the command line. */
export const RESOURCE_KINDS = { room: "location", thing: "resource" } as const;
export type ResourceKind = keyof typeof RESOURCE_KINDS;

export interface ResourceListing {
  readonly name: string;
  readonly displayName: string;
  readonly kind: ResourceKind;
}

const add: AdminCommand<{ name: string; kind: ResourceKind; displayName?: string }, { name: string }> = {
  name: "resource.add",
  async run({ name, kind, displayName }, { services, passwords, config }) {
    const rest = displayName === undefined ? {} : { displayName };
    const made = { login: name, domain: config.domain, kind: RESOURCE_KINDS[kind], ...rest };
    await createAccount(services.db, passwords, made);
    return { name };
  },
};

const remove: AdminCommand<{ name: string }, { name: string }> = {
  name: "resource.remove",
  async run({ name }, { services: { db }, config }) {
    const { id, kind } = await principalNamed(db, name, config.domain);
    if (kind !== "location" && kind !== "resource")
      throw new AdminError(`"${name}" is no room or thing; "kalends resource list" shows those there are`);
    await deletePrincipal(db, id);
    return { name };
  },
};

const list: AdminCommand<{ domain?: string }, readonly ResourceListing[]> = {
  name: "resource.list",
  async run({ domain }, { services: { db } }) {
    if (domain !== undefined) await domainNamed(db, domain);
    const kinds = Object.values(RESOURCE_KINDS);
    const found = await listAccounts(db, { kinds, ...(domain === undefined ? {} : { domain }) });
    return found.map(({ login, domain: of, displayName, kind }) => ({
      name: `${login}@${of}`,
      displayName,
      kind: kind === "location" ? "room" : "thing",
    }));
  },
};

export const resourceCommands: readonly AnyAdminCommand[] = [add, remove, list];
