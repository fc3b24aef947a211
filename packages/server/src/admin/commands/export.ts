import { inText, wholeCalendar } from "@kalends/caldav";
import type { AdminCommand } from "../command.js";
import { administratorExchange } from "../../quiet-exchange.js";
import { mailboxNamed } from "../mailbox.js";

export interface Exported {
  readonly text: string;
  readonly objects: number;
}

/** A mailbox as one calendar text, everything in it included. */
export const exportCommand: AdminCommand<{ mailbox: string }, Exported> = {
  name: "export",
  async run({ mailbox: name }, house) {
    const mailbox = await mailboxNamed(house, name);
    const parts: string[] = [];
    const pages = wholeCalendar(mailbox, administratorExchange(house, mailbox.href), house.registry);
    for await (const part of inText(pages)) parts.push(part);
    const text = parts.join("");
    const uids = new Set([...text.matchAll(/^UID:(.*(?:\r\n[ \t].*)*)/gm)].map(([, uid]) => uid));
    return { text, objects: uids.size };
  },
};
