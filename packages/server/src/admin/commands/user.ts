import { randomBytes } from "node:crypto";
import {
  addAccountAlias,
  createAccount,
  deletePrincipal,
  domainNamed,
  generatePassword,
  isOn,
  listAccounts,
  principalNamed,
  removeAccountAlias,
  SERVICES,
  setAccountServices,
  setAdmin,
  setEnabled,
  setPassword,
  unlockAccount,
} from "@kalends/accounts";
import type { House } from "../../compose.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { type Switching, switchesOf } from "./switching.js";

export interface AccountListing {
  readonly name: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly isAdmin: boolean;
  readonly aliases: readonly string[];
}

export interface NewPassword {
  readonly name: string;
  /** Made here and shown once; null when the caller brought his own. */
  readonly generated: string | null;
}

const SHORTEST_PASSWORD = 8;

/**
 * The password to set: the one brought along, or a new one. This is where the rule for passwords stands; accounts made by
 * other means (the packages' own functions, as test servers do) bring what they like. Throws `AdminError`.
 */
function passwordFor(brought: string | null): string {
  if (brought === null) return generatePassword(randomBytes);
  if (brought === "")
    throw new AdminError(
      "The password is empty: give one of at least 8 characters, or leave out --password-stdin to have one generated.",
    );
  if ([...brought].length >= SHORTEST_PASSWORD) return brought;
  throw new AdminError(`The password is too short: use at least ${SHORTEST_PASSWORD} characters.`);
}

const named = ({ services, config }: House, name: string) => principalNamed(services.db, name, config.domain);

const add: AdminCommand<{ name: string; password: string | null; displayName?: string; admin: boolean }, NewPassword> =
  {
    name: "user.add",
    async run({ name, password, displayName, admin }, house) {
      const { services, passwords, config } = house;
      const secret = passwordFor(password);
      const given = {
        login: name,
        domain: config.domain,
        password: secret,
        isAdmin: admin,
        ...(displayName === undefined ? {} : { displayName }),
      };
      await createAccount(services.db, passwords, given, commandLine(house));
      return { name, generated: password === null ? secret : null };
    },
  };

const list: AdminCommand<{ domain?: string }, readonly AccountListing[]> = {
  name: "user.list",
  async run({ domain }, { services }) {
    if (domain !== undefined) await domainNamed(services.db, domain);
    const accounts = await listAccounts(services.db, { kinds: ["user"], ...(domain === undefined ? {} : { domain }) });
    return accounts.map((a) => ({
      name: `${a.login}@${a.domain}`,
      displayName: a.displayName,
      enabled: a.enabled,
      isAdmin: a.isAdmin,
      aliases: a.aliases,
    }));
  },
};

const password: AdminCommand<{ name: string; password: string | null }, NewPassword> = {
  name: "user.password",
  async run(args, house) {
    const secret = passwordFor(args.password);
    const { id } = await named(house, args.name);
    await setPassword(house.services.db, house.passwords, id, secret, commandLine(house));
    return { name: args.name, generated: args.password === null ? secret : null };
  },
};

const enabled: AdminCommand<{ name: string; enabled: boolean }, { enabled: boolean }> = {
  name: "user.enabled",
  async run(args, house) {
    const { id } = await named(house, args.name);
    await setEnabled(house.services.db, id, args.enabled, commandLine(house));
    return { enabled: args.enabled };
  },
};

const remove: AdminCommand<{ name: string; sure: boolean }, { name: string }> = {
  name: "user.remove",
  async run({ name, sure }, house) {
    const { id, kind, login, domain } = await named(house, name);
    if (kind !== "user") throw new AdminError(`"${name}" is a ${kind}, not an account of a person`);
    if (!sure) {
      throw new AdminError(
        `${login}@${domain} goes with all calendars, for good: add --yes to do it, or "kalends user disable ${name}" to keep the data`,
      );
    }
    await deletePrincipal(house.services.db, id);
    return { name };
  },
};

const admin: AdminCommand<{ name: string; isAdmin: boolean }, { isAdmin: boolean }> = {
  name: "user.admin",
  async run({ name, isAdmin }, house) {
    const { id } = await named(house, name);
    await setAdmin(house.services.db, id, isAdmin);
    return { isAdmin };
  },
};

const alias: AdminCommand<{ name: string; alias: string; remove: boolean }, { alias: string }> = {
  name: "user.alias",
  async run({ name, alias: other, remove: goes }, { services: { db }, config }) {
    const change = goes ? removeAccountAlias : addAccountAlias;
    await change(db, name, config.domain, other);
    return { alias: other };
  },
};

const services: AdminCommand<{ name: string } & Switching, { off: readonly string[] }> = {
  name: "user.services",
  async run({ name, ...switching }, house) {
    const { id } = await named(house, name);
    await setAccountServices(house.services.db, id, switchesOf(switching));
    const account = (await listAccounts(house.services.db, { kinds: ["user", "group", "resource", "location"] })).find(
      (a) => a.id === id,
    );
    return { off: SERVICES.filter((service) => !isOn(account?.services ?? {}, service)) };
  },
};

const unlock: AdminCommand<{ name: string }, { name: string }> = {
  name: "user.unlock",
  async run({ name }, house) {
    const { id } = await named(house, name);
    await unlockAccount(house.services.db, id);
    return { name };
  },
};

export const userCommands: readonly AnyAdminCommand[] = [
  add,
  list,
  password,
  enabled,
  services,
  unlock,
  remove,
  admin,
  alias,
];
