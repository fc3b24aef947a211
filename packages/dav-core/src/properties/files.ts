import { insidePath, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { pathHref } from "../hrefs.js";
import type { CollectionRow, FileRow, Resource } from "../resource.js";
import { type FileCells, fileJson, fileRow } from "../rows/file-row.js";

export type FileResource = Extract<Resource, { rows: "file" }>;

/** The kinds of a file area. */
export const FILE_AREA = "file-area";
export const FOLDER = "folder";
export const FILE = "file";

/** The area itself, as the folder at the top. */
export function areaOf(collection: CollectionRow, root: string): FileResource {
  const { revision, createdAt, modifiedAt } = collection;
  const file: FileRow = { isFolder: true, content: null, size: 0, type: "", etag: "", revision, createdAt, modifiedAt };
  return { rows: "file", kind: FILE_AREA, href: root, collection, root, path: "", file };
}

/** Something in the area of another resource. */
export function fileOf({ collection, root }: FileResource, cells: FileCells): FileResource {
  const [path] = cells;
  const file = fileRow(cells);
  const href = pathHref(root, path);
  const where = { rows: "file", collection, root, path, file } as const;
  return file.isFolder ? { ...where, kind: FOLDER, href: `${href}/` } : { ...where, kind: FILE, href };
}

const PAGE = 10_000;

async function* pages(
  folder: FileResource,
  where: Sql,
  cx: Exchange,
): AsyncGenerator<readonly FileResource[], void, undefined> {
  let last = "";
  for (let more = true; more;) {
    const row = await cx.services.db.one<{ cells: string }>(sql`
      select coalesce(json_agg(${fileJson} order by f.path), '[]')::text as cells from (
        select * from file f where f.collection_id = ${folder.collection.id}::bigint and (${where}) and f.path > ${last}
        order by f.path limit ${PAGE}::integer) f`);
    const cells = JSON.parse(row?.cells ?? "[]") as readonly FileCells[];
    yield cells.map((each) => fileOf(folder, each));
    last = cells.at(-1)?.[0] ?? last;
    more = cells.length === PAGE;
  }
}

/** What a folder holds, in order of name; one statement up to 10 000 entries. */
export const listFolder = (folder: FileResource, cx: Exchange) => pages(folder, sql`f.parent = ${folder.path}`, cx);

/** Everything inside a folder at any depth, in order of path. */
export const listTree = (folder: FileResource, cx: Exchange) => pages(folder, insidePath("f.path", folder.path), cx);
