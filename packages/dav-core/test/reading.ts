import { type Authorized, authorize, type Held } from "@kalends/acl";
import { type Clark, readXml, XML_LIMITS, type XmlElement } from "@kalends/dav-xml";
import {
  bind as bindIn,
  type BindingKind,
  type CollectionId,
  type DomainId,
  insertPrincipal,
  type PrincipalKind,
  sql,
} from "@kalends/store";
import { coreExtension } from "../src/core-extension.js";
import type { Exchange, Reply } from "../src/exchange.js";
import { defineExtension } from "../src/extension.js";
import { multistatusBody } from "../src/multistatus.js";
import { parsePath } from "../src/paths/address.js";
import { property } from "../src/property.js";
import { resolve } from "../src/resolve/resolve.js";
import type { Target } from "../src/resource.js";
import { bodyOf as textOfBody } from "../src/rows/member-row.js";
import { type Ask as AskAny, exchangeFor, toldIn } from "../testing/exchange.js";
import { inserted, openWorld as openAny, type World, type WorldOptions } from "../testing/world.js";

/** A calendar package in miniature: one kind of collection, one kind of member, one stored property. */
const miniature = defineExtension({
  name: "miniature",
  mailboxRoots: ["/CalDAV/"],
  kinds: [
    { kind: "calendar", rows: "collection", spec: "RFC 4791 4.2", types: ["{DAV:}collection"], members: "object" },
    {
      kind: "object",
      rows: "member",
      spec: "RFC 4791 4.1",
      types: [],
      hasBody: true,
      contentType: () => "text/calendar; charset=utf-8",
    },
  ],
  properties: [
    property<string>({
      name: "{http://apple.com/ns/ical/}calendar-color",
      spec: "apple",
      on: ["calendar"],
      allprop: false,
      source: { from: "stored" },
      codec: { write: (out, value) => out.text(value) },
      write: { when: "both", store: { column: "props", perPerson: true } },
    }),
    property<string>({
      name: "{urn:ietf:params:xml:ns:caldav}calendar-data",
      spec: "RFC 4791 9.6",
      on: ["object"],
      allprop: false,
      source: {
        from: "row",
        columns: ["data"],
        value: (at) => (at.rows === "member" ? textOfBody(at.member) : undefined),
      },
      codec: { write: (out, value) => out.text(value) },
    }),
  ],
});

/** A server that knows such calendars, with ann and bob. */
export const openWorld = ({ limits, ...options }: WorldOptions = {}): Promise<World> =>
  openAny([coreExtension, miniature], { ...options, limits: { aclEntries: 4, ...limits } });

/** A principal without home. */
export const addPrincipal = (world: World, domain: number, kind: string, login: string, name: string) => {
  const names = { login, displayName: name, firstName: null, lastName: null };
  const about = { domain: domain as DomainId, kind: kind as PrincipalKind, isAdmin: false };
  return inserted(world.db, insertPrincipal({ ...about, ...names }));
};

export async function bind(
  world: World,
  home: CollectionId,
  slug: string,
  id: CollectionId,
  how: BindingKind = "own",
): Promise<void> {
  await world.db.rows(bindIn({ home, slug, collection: id, how, overlay: "{}" }));
}

/** Writes members as the store does: one revision for all of them, no tombstone left behind. */
export async function putObjects(world: World, collection: CollectionId, names: readonly string[]): Promise<void> {
  await world.db.rows(sql`
    with c as (update collection set revision = revision + 1 where id = ${collection} returning id, revision),
    gone as (delete from tombstone where collection_id = ${collection} and name = any(${names}::text[]))
    insert into object (collection_id, name, uid, component, etag, size, revision, data)
    select c.id, n, n, 'VEVENT', n || '-' || c.revision, 100, c.revision, 'BEGIN:VCALENDAR' from c, unnest(${names}::text[]) n
    on conflict (collection_id, name) do update set etag = excluded.etag, revision = excluded.revision`);
}

export async function removeObject(world: World, collection: CollectionId, name: string): Promise<void> {
  await world.db.rows(sql`
    with c as (update collection set revision = revision + 1 where id = ${collection} returning id, revision),
    gone as (delete from object where collection_id = ${collection} and name = ${name} returning name)
    insert into tombstone (collection_id, name, revision) select c.id, gone.name, c.revision from c, gone
    on conflict (collection_id, name) do update set revision = excluded.revision`);
}

export interface Ask extends AskAny {
  readonly syncPage?: number;
}

export function exchange(world: World, verb: string, path: string, { syncPage, ...ask }: Ask): Exchange {
  const limits = { ...world.limits, ...(syncPage !== undefined && { syncPage }) };
  return exchangeFor({ ...world, limits }, verb, path, ask);
}

/** Resolves, checks and runs one request, as the pipeline does. */
export async function send(world: World, verb: string, path: string, ask: Ask = {}): Promise<Reply> {
  const cx = exchange(world, verb, path, ask);
  const { target, held } = await resolve(parsePath(path, world.registry.mailboxRoots), cx, world.registry);
  const method = world.registry.method(verb, target);
  if (!method) throw new Error(`${verb} is not offered at ${path}`);
  const proven: Authorized<Target> = authorize(target, cx.by?.id ?? null, held as Held, method.needs(target, cx));
  return method.handle(proven, cx, world.registry, null);
}

/** The body of a reply, read back. */
export async function bodyOf(reply: Reply): Promise<XmlElement> {
  if (reply.kind !== "multistatus") throw new Error(`a ${reply.kind} came instead of a multistatus`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of multistatusBody(reply)) chunks.push(chunk);
  return readXml(Buffer.concat(chunks), { ...XML_LIMITS, size: 64e6, nodes: 5e6, references: 1e6 });
}

export interface Told {
  /** Of the response itself, else null. */
  readonly status: number | null;
  readonly props: Readonly<Record<Clark, { readonly status: number; readonly el: XmlElement }>>;
  readonly error: Clark | undefined;
}

/** For an href that the answer does not name. */
export const nothingTold: Told = { status: null, props: {}, error: undefined };

/** A multistatus as a table: href to what was told, and the token at its end. */
export async function tell(
  reply: Reply,
): Promise<{ items: Map<string, Told>; token: string | undefined; hrefs: string[] }> {
  const root = await bodyOf(reply);
  const all = toldIn(root);
  const items = all.map(({ href, status, props, error }) => {
    const told: Told = { status: status || null, props: Object.fromEntries(props), error };
    return [href, told] as const;
  });
  const token = root.children.find(({ name }) => name === "{DAV:}sync-token")?.text;
  return { items: new Map(items), token, hrefs: all.map(({ href }) => href) };
}

/** `<propfind>` for these names. */
export const propfindBody = (...names: Clark[]): string =>
  `<propfind xmlns="DAV:"><prop>${names.map(element).join("")}</prop></propfind>`;

export const element = (name: Clark): string => {
  const end = name.lastIndexOf("}");
  return `<${name.slice(end + 1)} xmlns="${name.slice(1, end)}"/>`;
};
