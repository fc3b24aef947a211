import { principalNamed } from "@kalends/accounts";
import type { House } from "../../compose.js";
import { type ListedShare, listShares, SHARE_LEVELS, type ShareLevel, setShare } from "../../shares.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { mailboxNamed } from "../mailbox.js";

interface Told {
  readonly mailbox: string;
  readonly who: string;
  readonly level: ShareLevel | null;
}

async function share(mailboxName: string, name: string, level: ShareLevel | null, house: House): Promise<Told> {
  const mailbox = await mailboxNamed(house, mailboxName);
  const { db } = house.services;
  // A name alone is one of the owner's domain.
  const who = await principalNamed(db, name, mailbox.collection.owner.domain);
  await setShare({ mailbox, who, level }, db, commandLine(house), true);
  return { mailbox: mailboxName, who: `${who.login}@${who.domain}`, level };
}

const add: AdminCommand<{ mailbox: string; who: string; level: string }, Told> = {
  name: "share.add",
  async run({ mailbox, who, level }, house) {
    const wanted = SHARE_LEVELS.find((each) => each === level);
    if (!wanted) throw new AdminError(`"${level}" is no level; there are: ${SHARE_LEVELS.join(", ")}`);
    return share(mailbox, who, wanted, house);
  },
};

const remove: AdminCommand<{ mailbox: string; who: string }, Told> = {
  name: "share.remove",
  run: ({ mailbox, who }, house) => share(mailbox, who, null, house),
};

const list: AdminCommand<{ who: string }, readonly ListedShare[]> = {
  name: "share.list",
  async run({ who }, { services, config }) {
    return listShares((await principalNamed(services.db, who, config.domain)).id, services.db);
  },
};

export const shareCommands: readonly AnyAdminCommand[] = [add, remove, list];
