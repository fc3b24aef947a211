import {
  type Address,
  decodePath,
  encodeSegment,
  type Exchange,
  parsePath,
  type Registry,
  type Resolved,
  refuseStatus,
  resolve,
} from "@kalends/dav-core";
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
  if (target.mapped && target.resource.rows !== "collection") {
    return refuseStatus(404, "There is no such calendar. Names are case-sensitive; the list stands under /CalDAV/.");
  }
  return resolved;
}

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
