import { domainNamed, principalNamed } from "@kalends/accounts";
import { formatRights, rightsMask } from "@kalends/acl";
import {
  levelOf,
  PUBLIC_LEVELS,
  publish,
  SHOWN_LEVELS,
  setDomainLevel,
  setLevel,
  withdraw,
} from "@kalends/calendardata";
import {
  type Database,
  type ListedPublication,
  type PrincipalId,
  type PublicationView,
  type PublicLevel,
  publicationsOf,
} from "@kalends/store";
import { z } from "zod";
import { baseOf, days, webcalOf, wishFault } from "../../links.js";
import { encodeSegment } from "@kalends/dav-core";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { mailboxNamed } from "../mailbox.js";

/** What somebody has published, and what everybody may do with it. */
export interface PublishedListing {
  readonly level: PublicLevel;
  readonly calendars: readonly {
    readonly name: string;
    /** Where everybody finds it, and the same for programs that subscribe by it. */
    readonly url: string;
    readonly webcal: string;
    /** Made by an upload: removing it from the list removes the calendar. */
    readonly hosted: boolean;
    readonly letters: string;
    /** How much of it followers are shown. */
    readonly shows: PublicationView;
    /** ISO 8601. */
    readonly since: string;
  }[];
}

interface Publisher {
  readonly id: PrincipalId;
  readonly login: string;
  readonly domain: string;
}

/** Everything an account has published; `base` is scheme and authority of the server as people reach it. */
export async function publishedBy(who: Publisher, base: string, db: Database): Promise<PublishedListing> {
  const { id: owner, login, domain } = who;
  const urlOf = (slug: string): string =>
    `${base}/calendars/${[`${login}@${domain}`, ...slug.split("/")].map(encodeSegment).join("/")}.ics`;
  const rows = await db.rows<ListedPublication>(publicationsOf(owner));
  const calendars = rows.map(({ slug, hosted, rights, createdAt, level, alarms, pastDays, futureDays }) => ({
    name: slug,
    url: urlOf(slug),
    webcal: webcalOf(urlOf(slug)),
    hosted,
    letters: formatRights(rightsMask(rights)),
    shows: { level, alarms, pastDays, futureDays },
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
  async run(args, house) {
    const { db } = house.services;
    const wanted = checkedLevel(args.level);
    const { id } = await principalNamed(db, args.who, house.config.domain);
    return { level: wanted, inForce: await setLevel(id, wanted, db, commandLine(house)) };
  },
};

const cap: AdminCommand<{ domain: string; level: string }, { level: PublicLevel }> = {
  name: "publishing.cap",
  async run(args, house) {
    const { db } = house.services;
    const wanted = checkedLevel(args.level);
    await setDomainLevel(await domainNamed(db, args.domain), wanted, db, commandLine(house));
    return { level: wanted };
  },
};

const list: AdminCommand<{ who: string }, PublishedListing> = {
  name: "publishing.list",
  async run({ who }, { services, config }) {
    return publishedBy(await principalNamed(services.db, who, config.domain), baseOf(config), services.db);
  },
};

/** How much of a publication followers are shown, as people ask for it. */
export const viewWish = z.strictObject({
  level: z.enum(SHOWN_LEVELS as readonly ["busy", "titles", "full"]).default("full"),
  alarms: z.boolean().default(false),
  pastDays: days,
  futureDays: days,
});

const add: AdminCommand<{ mailbox: string } & Record<string, unknown>, { mailbox: string }> = {
  name: "publishing.add",
  async run({ mailbox, ...rest }, house) {
    const view = viewWish.safeParse(rest);
    if (!view.success) throw new AdminError(`it cannot be published so: ${wishFault(view.error)}`);
    await publish(await mailboxNamed(house, mailbox), view.data, house.services.db, commandLine(house));
    return { mailbox };
  },
};

const remove: AdminCommand<{ mailbox: string }, { mailbox: string }> = {
  name: "publishing.remove",
  async run({ mailbox }, house) {
    if (await withdraw(await mailboxNamed(house, mailbox), house.services.db, commandLine(house))) return { mailbox };
    throw new AdminError(`${mailbox} is not published; "kalends publishing list" shows what is`);
  },
};

export const publishingCommands: readonly AnyAdminCommand[] = [level, cap, list, add, remove];
