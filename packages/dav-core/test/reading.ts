import { Readable } from "node:stream";
import { type Authorized, authorize, type Held } from "@kalends/acl";
import { type Clark, readXml, XML_LIMITS, type XmlElement } from "@kalends/dav-xml";
import {
  type CollectionId,
  bind as bindIn,
  type BindingKind,
  coreMigrations,
  createCollection,
  createHome,
  type Database,
  type DomainId,
  insertDomain,
  insertPrincipal,
  migrate,
  openDatabase,
  type PrincipalId,
  type PrincipalKind,
  type Sql,
  sql,
} from "@kalends/store";
import { coreExtension } from "../src/core-extension.js";
import type { Exchange, Reply, Requester } from "../src/exchange.js";
import { defineExtension, type Extension, type Registry } from "../src/extension.js";
import { multistatusBody } from "../src/multistatus.js";
import { inlineOffload } from "../src/offload.js";
import { parsePath } from "../src/paths/address.js";
import { createLinks } from "../src/paths/links.js";
import { property } from "../src/property.js";
import { assemble } from "../src/registry/assemble.js";
import { resolve } from "../src/resolve/resolve.js";
import type { Target } from "../src/resource.js";
import { bodyOf as textOfBody } from "../src/rows/member-row.js";

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

export interface World {
  readonly db: Database;
  readonly registry: Registry;
  readonly domain: { readonly id: DomainId; readonly name: string };
  readonly people: Readonly<Record<string, Requester & { readonly home: CollectionId }>>;
}

const one = async (db: Database, statement: Sql): Promise<number> => {
  const row = await db.one<{ id: number }>(statement);
  if (!row) throw new Error("nothing was inserted");
  return row.id;
};

/** A server with ann and bob in a domain of their own, each with a home; empty but for that, and in memory as a rule. */
export async function openWorld(
  extensions: readonly Extension[] = [miniature],
  { url = "embedded:memory", name = "mail.example" } = {},
): Promise<World> {
  const db = await openDatabase({ url });
  await migrate(db, coreMigrations());
  const domain = { id: (await one(db, insertDomain(name))) as DomainId, name };
  const people: Record<string, Requester & { home: CollectionId }> = {};
  for (const login of ["ann", "bob"]) people[login] = await addPerson(db, domain, login);
  const registry = assemble([coreExtension, ...extensions]);
  return { db, registry, domain, people };
}

async function addPerson(db: Database, { id: domainId, name: domain }: World["domain"], login: string) {
  const displayName = `${login[0]?.toUpperCase()}${login.slice(1)} Example`;
  const names = { login, displayName, firstName: login, lastName: null };
  const id = (await one(
    db,
    insertPrincipal({ domain: domainId, kind: "user", isAdmin: false, ...names }),
  )) as PrincipalId;
  const home = (await one(db, createHome(id))) as CollectionId;
  return {
    id,
    domainId,
    epoch: 1,
    isAdmin: false,
    limit: null,
    kind: "user",
    login,
    domain,
    home,
  } as const;
}

/** A principal without home. */
export const addPrincipal = (
  world: World,
  domain: number,
  kind: string,
  login: string,
  name: string,
): Promise<number> =>
  one(
    world.db,
    insertPrincipal({
      domain: domain as DomainId,
      kind: kind as PrincipalKind,
      login,
      displayName: name,
      firstName: null,
      lastName: null,
      isAdmin: false,
    }),
  );

export const person = (world: World, login: string) => {
  const found = world.people[login];
  if (!found) throw new Error(`nobody is called ${login}`);
  return found;
};

/** Makes a collection of somebody and binds it in his home. */
export async function addCalendar(world: World, login: string, slug: string, kind = "calendar"): Promise<CollectionId> {
  const { id: owner, home } = person(world, login);
  const texts = { displayName: slug, description: null, timezone: null, components: [], props: "{}" };
  return (await one(world.db, createCollection({ home, slug, kind, owner, ...texts }))) as CollectionId;
}

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

export interface Ask {
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly syncPage?: number;
}

export function exchange(
  world: World,
  verb: string,
  path: string,
  { as = "ann", headers = {}, body, syncPage = 20_000 }: Ask,
): Exchange {
  const limits = {
    reportXmlSize: 1_048_576,
    deadPropertySize: 4096,
    aclEntries: 4,
    syncPage,
  } as Exchange["services"]["limits"];
  return {
    services: {
      db: world.db,
      catalogue: world.registry,
      limits,
      offload: inlineOffload,
      clock: () => 0,
      newName: () => "new",
    },
    by: as === "" ? null : person(world, as),
    verb,
    path,
    query: new URLSearchParams(),
    headers: new Map(Object.entries(headers)),
    domain: world.domain,
    origin: "https://mail.example",
    links: createLinks("mail.example"),
    signal: new AbortController().signal,
    xml: async () => (body === undefined ? null : readXml(body)),
    bytes: async () => new TextEncoder().encode(body ?? ""),
    body: () => Readable.from([new TextEncoder().encode(body ?? "")]),
  };
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

const D = (local: string): Clark => `{DAV:}${local}`;
const first = (el: XmlElement, name: Clark) => el.children.find((each) => each.name === name);
const code = (el: XmlElement): number | null => {
  const status = first(el, D("status"));
  return status ? Number(status.text.split(" ")[1]) : null;
};

/** A multistatus as a table: href to what was told, and the token at its end. */
export async function tell(
  reply: Reply,
): Promise<{ items: Map<string, Told>; token: string | undefined; hrefs: string[] }> {
  const root = await bodyOf(reply);
  const items = new Map<string, Told>();
  const hrefs: string[] = [];
  for (const response of root.children.filter(({ name }) => name === D("response"))) {
    const props: Record<Clark, { status: number; el: XmlElement }> = {};
    for (const propstat of response.children.filter(({ name }) => name === D("propstat"))) {
      for (const el of first(propstat, D("prop"))?.children ?? []) props[el.name] = { status: code(propstat) ?? 0, el };
    }
    const href = first(response, D("href"))?.text ?? "";
    hrefs.push(href);
    items.set(href, { status: code(response), props, error: first(response, D("error"))?.children[0]?.name });
  }
  return { items, token: first(root, D("sync-token"))?.text, hrefs };
}

/** `<propfind>` for these names. */
export const propfindBody = (...names: Clark[]): string =>
  `<propfind xmlns="DAV:"><prop>${names.map(element).join("")}</prop></propfind>`;

export const element = (name: Clark): string => {
  const end = name.lastIndexOf("}");
  return `<${name.slice(end + 1)} xmlns="${name.slice(1, end)}"/>`;
};
