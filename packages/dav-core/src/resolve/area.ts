import { type Held, NO_RIGHTS, subjectsCte } from "@kalends/acl";
import { createFileArea, parentPath, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { pathHref } from "../hrefs.js";
import type { Address } from "../paths/address.js";
import { areaOf, type FileResource, fileOf } from "../properties/files.js";
import type { CollectionRow, Target } from "../resource.js";
import { type CollectionJson, collectionColumns, collectionOf, collectionTables } from "../rows/collection-row.js";
import { type FileCells, fileJson } from "../rows/file-row.js";
import { type Account, type Asked, checkOwner, checkService, checkSignIn, WEBDAV } from "./account.js";
import type { Resolved } from "./resolved.js";
import { accountStatement, areaLocks } from "./statement.js";

type Area = Extract<Address, { at: "area" }>;

interface AreaRow extends Asked {
  readonly account: Account | null;
  readonly found: CollectionJson | null;
  /** What is at the path, and at the path around it. */
  readonly files: readonly FileCells[] | null;
}

const areaStatement = (address: Area, path: string, cx: Exchange) => sql`
  with recursive ${subjectsCte(cx.by?.id ?? null)}, ${accountStatement(address.account, cx)}, found as (
    select ${collectionColumns(cx.by, false)}, ${areaLocks(path, cx)} as locks
    from ${collectionTables} where c.owner_id = (select id from account) and c.kind = 'file-area'
  )
  select (select to_json(asker) from asker) as asker, (select to_json(account) from account) as account,
    (select to_json(found) from found) as found,
    (select json_agg(${fileJson}) from file f where f.collection_id = (select id from found)
      and f.path in (${path}::text, ${parentPath(path)}::text)) as files`;

/** One's own area is made when one first comes to it. */
async function read(address: Area, path: string, cx: Exchange): Promise<AreaRow | undefined> {
  const { db } = cx.services;
  const row = await db.one<AreaRow>(areaStatement(address, path, cx));
  checkSignIn(row, cx);
  if (row?.asker) checkService(row.asker, WEBDAV);
  if (!row?.account || row.found || row.account.id !== cx.by?.id) return row;
  await db.rows(createFileArea(cx.by.id));
  return db.one<AreaRow>(areaStatement(address, path, cx));
}

/** Finds what a path in a file area means; one statement, and three the first time. */
export async function resolveArea(address: Area, cx: Exchange): Promise<Resolved> {
  const { names, root } = address;
  const path = names.join("/");
  const row = await read(address, path, cx);
  const href = pathHref(root, path);
  if (!row?.account || !row.found) return missing(href, null, "", NO_RIGHTS);
  const collection = collectionOf(row.found);
  if (collection.rights !== NO_RIGHTS) checkOwner(row.account, cx, WEBDAV);
  return placeIn(areaOf(collection, root), path, row.files ?? [], collection);
}

const missing = (href: string, parent: FileResource | null, name: string, around: Held["parent"]): Resolved => ({
  target: { mapped: false, href, parent, name } satisfies Target,
  held: { self: null, parent: around },
});

function placeIn(area: FileResource, path: string, files: readonly FileCells[], { rights }: CollectionRow): Resolved {
  if (path === "") return { target: { mapped: true, resource: area }, held: { self: rights, parent: NO_RIGHTS } };
  const at = (wanted: string): FileResource | null => {
    if (wanted === "") return area;
    const cells = files.find(([found]) => found === wanted);
    return cells ? fileOf(area, cells) : null;
  };
  const resource = at(path);
  if (resource) return { target: { mapped: true, resource }, held: { self: rights, parent: rights } };
  const around = at(parentPath(path));
  const parent = around?.file.isFolder ? around : null;
  return missing(pathHref(area.root, path), parent, path.slice(path.lastIndexOf("/") + 1), rights);
}
