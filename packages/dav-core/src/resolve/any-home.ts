import { maskOf, NO_RIGHTS, rightsMask } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import { sightOf } from "../privacy/sight.js";
import type { CollectionRow } from "../resource.js";
import { type CollectionJson, collectionOf } from "../rows/collection-row.js";
import type { Account, Asked } from "./account.js";
import { isOwnHome } from "./own-home.js";
import { type Mailbox, type Place, readerFor, type Said } from "./said.js";
import { mailboxStatement } from "./statement.js";

interface MailboxRow extends Asked {
  readonly account: Account | null;
  readonly home: CollectionJson | null;
  readonly found: CollectionJson | null;
  readonly place: { readonly rank: number; readonly cells: readonly unknown[] | null } | null;
  readonly sees_child: boolean;
}

const VISIBLE = maskOf("l", "r");

/** The home with what seeing a child adds: one who may look up something in it may open it. */
function homeOf({ home, sees_child }: MailboxRow): CollectionRow | null {
  if (!home) return null;
  const plain = collectionOf(home);
  return sees_child ? { ...plain, rights: rightsMask(plain.rights | VISIBLE) } : plain;
}

function placeOf({ candidates }: Mailbox, { found, place }: MailboxRow, cx: Exchange): Place | null {
  const candidate = candidates.find(({ rank }) => rank === place?.rank);
  if (!found || !place || !candidate) return null;
  const collection = collectionOf(found);
  const member = place.cells && readerFor(cx)(place.cells, sightOf(collection, cx));
  return { candidate, collection, member };
}

/** What the store says about a path in anybody's home, with the rights that entries give; one statement. */
export async function askAnyHome(address: Mailbox, cx: Exchange, shortForm: boolean): Promise<Said | undefined> {
  const isOwn = cx.by !== null && isOwnHome(address, cx);
  const row = await cx.services.db.one<MailboxRow>(mailboxStatement(address, cx, shortForm, isOwn));
  if (!row) return undefined;
  const home = homeOf(row);
  const { asker, account } = row;
  return { asker, account, home, above: home?.rights ?? NO_RIGHTS, place: placeOf(address, row, cx) };
}
