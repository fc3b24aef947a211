import { type CollectionResource, removeOwn } from "@kalends/dav-core";
import {
  type Database,
  deletePublication,
  type Doer,
  noteDeed,
  type PublicationRow,
  publicationOf,
  type WriteTx,
} from "@kalends/store";
import { settleLevel } from "./levels.js";

/**
 * Ends a publication: a calendar that an upload made goes altogether, one that was there before stays for its owner. False
 * when nothing is published. `before` may refuse, in the same transaction.
 */
export const withdraw = (
  { collection, href }: CollectionResource,
  db: Database,
  by: Doer,
  before: (tx: WriteTx) => Promise<void> = async () => undefined,
): Promise<boolean> =>
  db.write(async (tx) => {
    await before(tx);
    const row = await tx.one<PublicationRow>(publicationOf(collection.id));
    if (!row) return false;
    const about = collection.owner.id;
    await noteDeed(tx, { kind: "publishing.changed", about, detail: `no longer published: ${href}` }, by);
    if (row.hosted) return removeOwn(tx, collection);
    await tx.rows(deletePublication(collection.id));
    await settleLevel({ owner: collection.owner.id }, tx);
    return true;
  });
