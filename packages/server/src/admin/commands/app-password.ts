import { randomBytes } from "node:crypto";
import {
  type AppPassword,
  createAppPassword,
  listAppPasswords,
  principalNamed,
  revokeAppPassword,
} from "@kalends/accounts";
import { type CollectionId, collectionNames } from "@kalends/store";
import type { House } from "../../compose.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { mailboxNamed } from "../mailbox.js";
import { shownTime, timeFrom } from "../times.js";

export interface NewAppPasswordArgs {
  readonly name: string;
  readonly label: string;
  readonly access?: "read" | "free-busy";
  /** Mailboxes, of the account itself or with their owner: `Calendar`, `~ann/Team`. */
  readonly calendars?: readonly string[];
  readonly networks?: readonly string[];
  readonly until?: string;
}

export interface AppPasswordListing {
  readonly id: number;
  readonly label: string;
  /** "everything", or what it is limited to. */
  readonly limits: string;
  readonly created: string;
  readonly lastUsed: string | null;
  readonly until: string | null;
}

const named = ({ services, config }: House, name: string) => principalNamed(services.db, name, config.domain);

async function calendarsNamed(house: House, owner: string, texts: readonly string[]): Promise<readonly CollectionId[]> {
  const found: CollectionId[] = [];
  for (const text of texts) {
    const { collection } = await mailboxNamed(house, text.startsWith("~") ? text : `~${owner}/${text}`);
    found.push(collection.id);
  }
  return found;
}

const create: AdminCommand<NewAppPasswordArgs, { name: string; generated: string }> = {
  name: "user.app-password.create",
  async run({ name, label, access, calendars, networks, until }, house) {
    const { db, clock } = house.services;
    const who = await named(house, name);
    const owner = `${who.login}@${who.domain}`;
    const expiresAt = until === undefined ? null : timeFrom(until, clock(), "end");
    if (expiresAt !== null && expiresAt <= clock()) throw new AdminError(`"${until}" has passed already`);
    const scope = {
      ...(access === undefined ? {} : { access }),
      ...(calendars === undefined ? {} : { collections: await calendarsNamed(house, owner, calendars) }),
      ...(networks === undefined ? {} : { networks }),
    };
    const generated = await createAppPassword(db, randomBytes, who.id, { label, expiresAt, scope }, commandLine(house));
    return { name, generated };
  },
};

const ACCESS = { read: "only reading", "free-busy": "only free/busy files" } as const;

function limitsOf({ scope }: AppPassword, names: ReadonlyMap<number, string>): string {
  const { access, collections, networks } = scope;
  const parts = [
    ...(access === undefined ? [] : [ACCESS[access]]),
    ...(collections === undefined
      ? []
      : [`in ${collections.map((id) => names.get(id) ?? "(gone)").join(", ") || "nothing"}`]),
    ...(networks === undefined ? [] : [`from ${networks.join(", ")}`]),
  ];
  return parts.join("; ") || "everything";
}

const time = (at: number | null): string | null => (at === null ? null : shownTime(at));

const list: AdminCommand<{ name: string }, readonly AppPasswordListing[]> = {
  name: "user.app-password.list",
  async run({ name }, house) {
    const { db } = house.services;
    const { id } = await named(house, name);
    const all = await listAppPasswords(db, id);
    const ids = all.flatMap(({ scope }) => scope.collections ?? []);
    const names = new Map(
      (await db.rows<{ id: number; name: string }>(collectionNames(ids))).map((row) => [row.id, row.name]),
    );
    return all.map((app) => ({
      id: app.id,
      label: app.label,
      limits: limitsOf(app, names),
      created: shownTime(app.createdAt),
      lastUsed: time(app.lastUsedAt),
      until: time(app.expiresAt),
    }));
  },
};

const revoke: AdminCommand<{ name: string; id: number }, { id: number }> = {
  name: "user.app-password.revoke",
  async run({ name, id: credential }, house) {
    const { id } = await named(house, name);
    if (await revokeAppPassword(house.services.db, id, credential, commandLine(house))) return { id: credential };
    throw new AdminError(
      `${name} has no app password ${credential}; "kalends user app-password list ${name}" shows them`,
    );
  },
};

export const appPasswordCommands: readonly AnyAdminCommand[] = [create, list, revoke];
