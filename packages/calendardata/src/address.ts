import {
  type Address,
  type CollectionResource,
  type Exchange,
  parsePath,
  type Registry,
  type Resolved,
  refuseStatus,
  resolve,
} from "@kalends/dav-core";
import type { Realm } from "./realms.js";

/** A mailbox found through a whole-file path, with the rights held on it. */
export interface FoundMailbox {
  readonly calendar: CollectionResource;
  readonly held: Resolved["held"];
}

/**
 * Finds the mailbox a whole-file path names: the same names as under the CalDAV root (`~user`, `~user@domain`, nested
 * names, `.ics` dropped once), an empty name being the default calendar. Refuses with 404 what is not there.
 */
export async function findMailbox(realm: Realm, cx: Exchange, registry: Registry): Promise<FoundMailbox> {
  const [root = "/"] = registry.mailboxRoots;
  const resolved = await resolve(addressOf(cx.path.slice(realm.path.length), root), cx, registry);
  const { target, held } = resolved;
  if (!target.mapped || target.resource.rows !== "collection") {
    return refuseStatus(404, "There is no such calendar. Names are case-sensitive; the list stands under /CalDAV/.");
  }
  return { calendar: target.resource, held };
}

/** The path behind the realm's prefix, read as the name of a collection and never of something inside one. */
function addressOf(rest: string, root: string): Address {
  const address = parsePath(root + rest, [root]);
  if (address.at !== "mailbox") return address;
  const { home, names } = address;
  if (names.length === 0) return { ...address, candidates: [{ rank: 0, slug: null, member: null, href: home }] };
  return { ...address, candidates: address.candidates.filter(({ member }) => member === null) };
}
