import { sql } from "@kalends/store";
import type { Exchange, Reply } from "../exchange.js";
import type { Registry } from "../extension.js";
import { memberHref } from "../hrefs.js";
import { parentHref } from "../paths/segments.js";
import { type FileResource, listFolder } from "../properties/files.js";
import { sightOf } from "../privacy/sight.js";
import { SEEN_BY_OTHERS } from "../privacy/visible.js";
import { listHome, listVirtual } from "../properties/listing.js";
import type { PrincipalName, Resource } from "../resource.js";
import { type IndexEntry, indexHtml } from "./index-html.js";

const SHOWN = 500;

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "private, no-cache",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex",
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function titleOf(at: Resource): string {
  if (at.rows === "principal") return at.principal.displayName || at.principal.login;
  if (at.rows === "collection") {
    const { displayName, binding, owner } = at.collection;
    return displayName ?? binding?.slug ?? `Home of ${owner.login}`;
  }
  if (at.rows === "file") return at.path === "" ? `Files of ${at.collection.owner.login}` : nameOf(at.path);
  return at.rows === "member" ? at.name : at.kind === "root" ? "Kalends" : "Principals";
}

function noteOf(at: Resource, cx: Exchange): string {
  if (at.kind === "root") return "Enter this address in your calendar program; it finds your calendars by itself.";
  if (at.rows === "principal") return `${at.principal.login}@${at.principal.domain}`;
  if (at.rows === "file") return "Enter this address where a program asks for a WebDAV folder, or open a file here.";
  if (at.kind === "home") return "Everything in this home that you may see.";
  return cx.by === null ? "" : "Enter this address in a calendar program, or open what it holds here.";
}

async function membersOf(at: Extract<Resource, { rows: "collection" }>, cx: Exchange): Promise<readonly IndexEntry[]> {
  const seesAll = sightOf(at.collection, cx) === null;
  const rows = await cx.services.db.rows<{ name: string; size: number | null; modified_at: number }>(sql`
    select name, case when ${seesAll}::boolean or o.class = 'public' then size end as size, modified_at from object o
    where collection_id = ${at.collection.id}::bigint and (${seesAll}::boolean or ${SEEN_BY_OTHERS}) order by name limit ${SHOWN}::int`);
  return rows.map(({ name, size, modified_at }) => ({
    href: memberHref(at.href, name),
    title: name,
    ...(size === null ? {} : { size }),
    modifiedAt: modified_at,
  }));
}

async function filesOf(at: FileResource, cx: Exchange): Promise<readonly IndexEntry[]> {
  for await (const page of listFolder(at, cx)) {
    return page.slice(0, SHOWN).map(({ href, path, file }) => ({
      href,
      title: `${nameOf(path)}${file.isFolder ? "/" : ""}`,
      modifiedAt: file.modifiedAt,
      ...(file.isFolder ? {} : { size: file.size }),
    }));
  }
  return [];
}

const entryOf = (resource: Resource): IndexEntry => ({ href: resource.href, title: titleOf(resource) });

const ownEntries = (who: PrincipalName, { links }: Exchange): readonly IndexEntry[] => [
  { href: links.home(who), title: "Your calendars" },
  { href: links.files(who), title: "Your files" },
];

async function entriesOf(at: Resource, cx: Exchange): Promise<readonly IndexEntry[]> {
  if (at.rows === "principal")
    return at.principal.hasHome ? [{ href: cx.links.home(at.principal), title: "Calendars" }] : [];
  if (at.rows === "virtual") {
    const own = at.kind === "root" && cx.by ? ownEntries(cx.by, cx) : [];
    return cx.by === null ? [] : [...own, ...(await listVirtual(at, cx)).map(entryOf)];
  }
  if (at.rows === "file") return filesOf(at, cx);
  if (at.rows !== "collection") return [];
  return at.kind === "home" ? (await listHome(at, cx)).map(entryOf) : membersOf(at, cx);
}

/** A small page for people who open a DAV address in a browser (RFC 4918 9.4). At most 500 entries. */
export async function indexPage(at: Resource, cx: Exchange, registry: Registry): Promise<Reply> {
  const { mount = "" } = cx;
  const entries = await entriesOf(at, cx);
  const body = indexHtml({
    title: titleOf(at),
    note: noteOf(at, cx),
    up: at.href === "/" || rootsOf(registry).includes(at.href) ? null : mount + upOf(at, registry),
    address: cx.origin + at.href,
    entries: entries.map((entry) => ({ ...entry, href: mount + entry.href })),
    isCut: entries.length >= SHOWN,
  });
  return { kind: "body", status: 200, headers: HEADERS, body, type: "text/html; charset=utf-8" };
}

const rootsOf = ({ mailboxRoots, areaRoots }: Registry): readonly string[] => [...mailboxRoots, ...areaRoots];

/** A root is no page of its own: above a home, and above a file area, is the start. */
function upOf(at: Resource, registry: Registry): string {
  const parent = parentHref(at.href);
  return rootsOf(registry).includes(parent) ? "/" : parent;
}
