import {
  addMember,
  createAccount,
  deletePrincipal,
  domainNamed,
  listAccounts,
  listMembers,
  principalNamed,
  removeMember,
} from "@kalends/accounts";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import type { House } from "../../compose.js";

export interface GroupListing {
  readonly name: string;
  readonly displayName: string;
  readonly members: number;
}

async function groupNamed({ services, config }: House, name: string) {
  const group = await principalNamed(services.db, name, config.domain);
  if (group.kind === "group") return group;
  throw new AdminError(`"${name}" is not a group; "kalends group list" shows those there are`);
}

const add: AdminCommand<{ name: string; displayName?: string }, { name: string }> = {
  name: "group.add",
  async run({ name, displayName }, { services, passwords, config }) {
    const rest = displayName === undefined ? {} : { displayName };
    await createAccount(services.db, passwords, { login: name, domain: config.domain, kind: "group", ...rest });
    return { name };
  },
};

const remove: AdminCommand<{ name: string }, { name: string }> = {
  name: "group.remove",
  async run({ name }, house) {
    await deletePrincipal(house.services.db, (await groupNamed(house, name)).id);
    return { name };
  },
};

const member: AdminCommand<{ name: string; add?: string; remove?: string }, readonly string[]> = {
  name: "group.member",
  async run({ name, add: joining, remove: leaving }, house) {
    const { db } = house.services;
    const { domain } = house.config;
    const group = await groupNamed(house, name);
    if (joining !== undefined) await addMember(db, name, joining, domain);
    if (leaving !== undefined) await removeMember(db, name, leaving, domain);
    return (await listMembers(db, group.id)).map((who) => `${who.login}@${who.domain}`);
  },
};

const list: AdminCommand<{ domain?: string }, readonly GroupListing[]> = {
  name: "group.list",
  async run({ domain }, { services: { db } }) {
    if (domain !== undefined) await domainNamed(db, domain);
    const groups = await listAccounts(db, { kinds: ["group"], ...(domain === undefined ? {} : { domain }) });
    return Promise.all(
      groups.map(async ({ id, login, domain: of, displayName }) => ({
        name: `${login}@${of}`,
        displayName,
        members: (await listMembers(db, id)).length,
      })),
    );
  },
};

export const groupCommands: readonly AnyAdminCommand[] = [add, remove, member, list];
