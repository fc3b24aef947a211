import { type CollectionResource, ownMailbox, type Requester } from "@kalends/dav-core";
import type { Database } from "@kalends/store";

/** A calendar the asker owns, by its name; undefined when there is none, or when it is somebody else's. */
export async function ownCalendar(name: string, by: Requester, db: Database): Promise<CollectionResource | undefined> {
  const mailbox = await ownMailbox(by.id, [name], db);
  return mailbox?.kind === "calendar" && mailbox.collection.owner.id === by.id ? mailbox : undefined;
}
