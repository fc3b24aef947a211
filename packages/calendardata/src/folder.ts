import {
  decodePropfind,
  type Exchange,
  encodePath,
  multistatus,
  type Item,
  type PropRequest,
  type Registry,
  type Reply,
} from "@kalends/dav-core";
import { type Clark, dav, type XmlOut } from "@kalends/dav-xml";
import { type ListedPublication, publicationsOf } from "@kalends/store";
import { findMailbox } from "./address.js";
import { fileItem } from "./as-resource.js";
import type { Realm } from "./realms.js";
import { representationOf } from "./representation.js";

/** The place of the own publications: a realm that publishes, without a name behind it. */
export const isFolder = (realm: Realm, { path, by }: Exchange): boolean =>
  realm.publishes && by !== null && (path === realm.path || `${path}/` === realm.path);

const OWN: ReadonlyMap<Clark, (out: XmlOut) => void> = new Map([
  [dav("resourcetype"), (out: XmlOut) => out.leaf(dav("collection"))],
  [dav("displayname"), (out: XmlOut) => out.text("Published calendars")],
]);

function folderItem(href: string, wanted: PropRequest): Item {
  const names = wanted.form === "prop" ? wanted.names : [...OWN.keys()];
  const found = names.flatMap((name) => {
    const write = OWN.get(name);
    if (!write) return [];
    return [wanted.form === "propname" ? { name } : { name, write }];
  });
  const missing = names.filter((name) => !OWN.has(name)).map((name) => ({ name }));
  const propstats = [
    { status: 200, props: found },
    { status: 404, props: missing },
  ].filter(({ props }) => props.length > 0);
  return propstats.length > 0 ? { href, propstats } : { href, status: 200 };
}

/**
 * PROPFIND where somebody's publications stand: programs look at the folder before they put a file into it (RFC 4918 9.1).
 * GET of the same address is a calendar, which is why this is no collection otherwise.
 */
export async function listFolder(realm: Realm, cx: Exchange, registry: Registry): Promise<Reply> {
  const wanted = decodePropfind(await cx.xml());
  const items = [folderItem(realm.path, wanted)];
  if (cx.headers.get("depth") === "0" || cx.by === null) return multistatus(items);
  const rows = await cx.services.db.rows<ListedPublication>(publicationsOf(cx.by.id));
  for (const { slug } of rows) {
    const path = realm.path + encodePath({ names: `${slug}.ics`.split("/"), slash: false }).slice(1);
    const at = { ...cx, path };
    const { target } = await findMailbox(realm, at, registry);
    if (!target.mapped || target.resource.rows !== "collection") continue;
    const shown = await representationOf(target.resource, realm, at, registry);
    items.push(await fileItem(target.resource, shown, wanted, at, registry));
  }
  return multistatus(items);
}
