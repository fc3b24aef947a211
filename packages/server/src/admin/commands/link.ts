import { principalNamed } from "@kalends/accounts";
import { type CollectionResource } from "@kalends/dav-core";
import {
  baseOf,
  endLink,
  type ListedLink,
  linkWish,
  listLinks,
  type MadeLink,
  makeLink,
  wishFault,
} from "../../links.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { mailboxNamed } from "../mailbox.js";

const create: AdminCommand<Record<string, unknown>, MadeLink> = {
  name: "link.create",
  async run(args, house) {
    const wish = linkWish.safeParse(args);
    if (!wish.success) throw new AdminError(`the link cannot be made: ${wishFault(wish.error)}`);
    const mailboxes: CollectionResource[] = [];
    for (const name of wish.data.calendars) mailboxes.push(await mailboxNamed(house, name));
    const owners = new Set(mailboxes.map(({ collection }) => collection.owner.id));
    if (owners.size !== 1) throw new AdminError("a link shows calendars of one account only");
    return makeLink(mailboxes, wish.data, baseOf(house.config), house.services.db, commandLine(house));
  },
};

const list: AdminCommand<{ who: string }, readonly ListedLink[]> = {
  name: "link.list",
  async run({ who }, { services, config }) {
    const { id } = await principalNamed(services.db, who, config.domain);
    return listLinks(id, services.db, services.clock());
  },
};

const revoke: AdminCommand<{ id: number }, { id: number }> = {
  name: "link.revoke",
  async run({ id }, house) {
    if (await endLink(id, null, house.services.db, commandLine(house))) return { id };
    throw new AdminError(`there is no link ${id} that is still open; "kalends link list ACCOUNT" shows the links`);
  },
};

export const linkCommands: readonly AnyAdminCommand[] = [create, list, revoke];
