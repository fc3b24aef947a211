import { domainNamed, principalNamed } from "@kalends/accounts";
import { formatRights, rightsMask } from "@kalends/acl";
import { levelOf, PUBLIC_LEVELS, publish, setDomainLevel, setLevel, withdraw } from "@kalends/calendardata";
import {
  type Database,
  type ListedPublication,
  type PrincipalId,
  type PublicLevel,
  publicationsOf,
} from "@kalends/store";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { mailboxNamed } from "../mailbox.js";

/** What somebody has published, and what everybody may do with it. */
export interface PublishedListing {
  readonly level: PublicLevel;
  readonly calendars: readonly {
    readonly name: string;
    /** Made by an upload: removing it from the list removes the calendar. */
    readonly hosted: boolean;
    readonly letters: string;
    /** ISO 8601. */
    readonly since: string;
  }[];
}

/** Everything an account has published. */
export async function publishedBy(owner: PrincipalId, db: Database): Promise<PublishedListing> {
  const rows = await db.rows<ListedPublication>(publicationsOf(owner));
  const calendars = rows.map(({ slug, hosted, rights, createdAt }) => ({
    name: slug,
    hosted,
    letters: formatRights(rightsMask(rights)),
    since: new Date(createdAt).toISOString(),
  }));
  return { level: await levelOf(owner, db), calendars };
}

function checkedLevel(text: string): PublicLevel {
  const level = PUBLIC_LEVELS.find((each) => each === text);
  if (level) return level;
  throw new AdminError(`"${text}" is no level; there are: ${PUBLIC_LEVELS.join(", ")}`);
}

const level: AdminCommand<{ who: string; level: string }, { level: PublicLevel; inForce: PublicLevel }> = {
  name: "publishing.level",
  async run(args, { services, config }) {
    const wanted = checkedLevel(args.level);
    const { id } = await principalNamed(services.db, args.who, config.domain);
    return { level: wanted, inForce: await setLevel(id, wanted, services.db) };
  },
};

const cap: AdminCommand<{ domain: string; level: string }, { level: PublicLevel }> = {
  name: "publishing.cap",
  async run(args, { services }) {
    const wanted = checkedLevel(args.level);
    await setDomainLevel((await domainNamed(services.db, args.domain)).id, wanted, services.db);
    return { level: wanted };
  },
};

const list: AdminCommand<{ who: string }, PublishedListing> = {
  name: "publishing.list",
  async run({ who }, { services, config }) {
    return publishedBy((await principalNamed(services.db, who, config.domain)).id, services.db);
  },
};

const add: AdminCommand<{ mailbox: string }, { mailbox: string }> = {
  name: "publishing.add",
  async run({ mailbox }, house) {
    const { collection } = await mailboxNamed(house, mailbox);
    await publish(collection.owner.id, collection.id, house.services.db);
    return { mailbox };
  },
};

const remove: AdminCommand<{ mailbox: string }, { mailbox: string }> = {
  name: "publishing.remove",
  async run({ mailbox }, house) {
    const { collection } = await mailboxNamed(house, mailbox);
    if (await withdraw(collection, house.services.db)) return { mailbox };
    throw new AdminError(`${mailbox} is not published; "kalends publishing list" shows what is`);
  },
};

export const publishingCommands: readonly AnyAdminCommand[] = [level, cap, list, add, remove];
