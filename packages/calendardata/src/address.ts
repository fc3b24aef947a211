import {
  type Address,
  type CollectionResource,
  decodePath,
  encodeSegment,
  type Exchange,
  parsePath,
  type Registry,
  type Resolved,
  refuseStatus,
  resolve,
} from "@kalends/dav-core";
import { CALENDAR } from "@kalends/caldav";
import type { Realm } from "./realms.js";

/**
 * Finds what a whole-file path names: a mailbox, or the place where one could be made. The names are those under the
 * CalDAV root (`~user`, `~user@domain`, nested names, `.ics` dropped once), an empty name being the default calendar.
 */
export async function findMailbox(realm: Realm, cx: Exchange, registry: Registry): Promise<Resolved> {
  const [root = "/"] = registry.mailboxRoots;
  const { names } = decodePath(cx.path.length < realm.path.length ? realm.path : cx.path);
  const behind = names.slice(realm.path.split("/").length - 2);
  const resolved = await resolve(addressOf(realm.names(behind, cx.domain.name), root), cx, registry);
  const { target } = resolved;
  if (!target.mapped) return resolved;
  const { resource } = target;
  if (resource.rows !== "collection") return refuseStatus(404, NOTHING);
  return resource.kind === CALENDAR ? resolved : refuseKind(resource, cx);
}

export const NOTHING = "There is no such calendar. Names are case-sensitive; the list stands under /CalDAV/.";

/** What holds something else than a calendar is told to its owner alone. */
const refuseKind = ({ collection }: CollectionResource, { by }: Exchange): never =>
  collection.owner.id === by?.id
    ? refuseStatus(409, "This mailbox holds no calendar: it cannot be read or written as one file.")
    : refuseStatus(404, NOTHING);

/** Names as those of a collection, which may be nested, and never of something inside one. */
function addressOf(names: readonly string[], root: string): Address {
  const [first = ""] = names;
  const [account, rest] = first.startsWith("~") ? [[first], names.slice(1)] : [[], names];
  const slug = rest.length === 0 ? [] : [rest.join("/")];
  const address = parsePath(root + [...account, ...slug].map(encodeSegment).join("/"), [root]);
  if (address.at !== "mailbox") return address;
  const { home } = address;
  if (slug.length === 0) return { ...address, candidates: [{ rank: 0, slug: null, member: null, href: home }] };
  return { ...address, candidates: address.candidates.filter(({ member }) => member === null) };
}
