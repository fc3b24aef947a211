import { inText, wholeCalendar } from "@kalends/caldav";
import { sql } from "@kalends/store";
import type { AdminCommand } from "../command.js";
import { administratorExchange } from "../../quiet-exchange.js";
import { mailboxNamed } from "../mailbox.js";

export interface Exported {
  readonly objects: number;
}

/** A mailbox as one calendar text, everything in it included, piece by piece. */
export const exportCommand: AdminCommand<{ mailbox: string }, Exported> = {
  name: "export",
  async run({ mailbox: name }, house, _progress, out) {
    const mailbox = await mailboxNamed(house, name);
    const pages = wholeCalendar(mailbox, administratorExchange(house, mailbox.href), house.registry);
    for await (const part of inText(pages)) await out(Buffer.from(part));
    const { id } = mailbox.collection;
    const counted = await house.services.db.one<Exported>(
      sql`select count(*) as objects from object where collection_id = ${id}`,
    );
    return counted ?? { objects: 0 };
  },
};
