import { Readable } from "node:stream";
import { cal, dav, readXml, text, type XmlElement } from "@kalends/dav-xml";
import { type CollectionId, sql } from "@kalends/store";
import type { Exchange, Reply } from "../src/exchange.js";
import { defineExtension } from "../src/extension.js";
import { collectionDelete } from "../src/methods/delete.js";
import { inlineOffload } from "../src/offload.js";
import { createLinks } from "../src/paths/links.js";
import { handle } from "../src/pipeline/pipeline.js";
import { property } from "../src/property.js";
import { refuse } from "../src/refusal.js";
import { type SentReply, sendReply } from "../src/reply.js";
import { openWorld, person, type World } from "./reading.js";

const TOO_BRIGHT = { name: cal("too-bright"), status: 403, spec: "none" } as const;

/** A calendar package in miniature that also writes. */
const writing = defineExtension({
  name: "writing",
  mailboxRoots: ["/CalDAV/"],
  reservedSlugs: ["inbox"],
  features: ["calendar-access"],
  kinds: [
    {
      kind: "calendar",
      rows: "collection",
      spec: "RFC 4791 4.2",
      types: [dav("collection"), cal("calendar")],
      members: "object",
      creatable: { type: cal("calendar") },
    },
    {
      kind: "object",
      rows: "member",
      spec: "RFC 4791 4.1",
      types: [],
      contentType: () => "text/calendar; charset=utf-8",
    },
  ],
  properties: [
    property<string>({
      name: cal("calendar-description"),
      spec: "RFC 4791 5.2.1",
      on: ["calendar"],
      allprop: false,
      source: {
        from: "row",
        value: (at) => (at.rows === "collection" ? (at.collection.description ?? undefined) : undefined),
      },
      codec: text,
      write: { when: "both", store: { column: "description", text: (el) => el.text } },
    }),
    property<string>({
      name: cal("colour"),
      spec: "none",
      on: ["calendar"],
      allprop: false,
      source: { from: "stored" },
      codec: text,
      write: {
        when: "create",
        check: (value) => {
          if (value?.text === "glaring") refuse(TOO_BRIGHT, undefined);
        },
        store: { column: "props" },
      },
    }),
    property<string>({
      name: cal("ignored"),
      spec: "none",
      on: ["calendar"],
      allprop: false,
      source: { from: "row", value: () => undefined },
      codec: text,
      write: { when: "both", store: { column: "none" } },
    }),
    property<string>({
      name: cal("tasks-here"),
      spec: "none",
      on: ["calendar"],
      allprop: false,
      source: { from: "row", value: () => undefined },
      codec: text,
      write: {
        when: "create",
        store: {
          column: "own",
          apply: (_value, on) =>
            sql`update principal set default_tasks_id = ${on.rows === "collection" ? on.collection.id : null}::bigint
              where id = ${on.rows === "collection" ? on.collection.owner.id : null}::bigint`,
        },
      },
    }),
  ],
  posts: [
    {
      root: cal("ping"),
      on: ["calendar"],
      spec: "none",
      needs: [{ right: "a", on: "self" }],
      handle: async () => ({ kind: "empty", status: 204 }),
    },
  ],
  methods: [
    collectionDelete(["calendar"]),
    {
      verb: "PUT",
      on: ["object"],
      spec: "RFC 9110 9.3.4",
      needs: () => [
        { right: "i", on: "self" },
        { right: "d", on: "self" },
      ],
      handle: async () => ({ kind: "empty", status: 204 }),
    },
    {
      verb: "PUT",
      on: "unmapped",
      inside: ["calendar"],
      spec: "RFC 9110 9.3.4",
      needs: () => [{ right: "i", on: "parent" }],
      handle: async ({ target }) => ({
        kind: "body",
        status: 201,
        body: target.mapped ? "" : `${target.parent?.href} ${target.name}`,
        type: "text/plain",
      }),
    },
  ],
});

export const openRuntime = (): Promise<World> => openWorld([writing]);

export interface Asking {
  /** "" = nobody. */
  readonly as?: string;
  readonly epoch?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly host?: string;
}

const LIMITS = { xmlSize: 65_536, reportXmlSize: 65_536, calendarsPerHome: 12, deadPropertySize: 200, syncPage: 100 };

/** An exchange as the server would open it. */
export function exchangeFor(world: World, verb: string, path: string, asking: Asking = {}): Exchange {
  const { as = "ann", epoch = 1, headers = {}, body } = asking;
  const length: readonly (readonly [string, string])[] =
    body === undefined ? [] : [["content-length", String(body.length)]];
  return {
    services: {
      db: world.db,
      catalogue: world.registry,
      limits: LIMITS as Exchange["services"]["limits"],
      offload: inlineOffload,
      clock: () => 0,
      newName: () => "new",
    },
    by: as === "" ? null : { ...person(world, as), epoch },
    verb,
    path,
    query: new URLSearchParams(),
    headers: new Map([...Object.entries(headers), ...length]),
    domain: world.domain,
    origin: "https://mail.example",
    links: createLinks("mail.example"),
    signal: new AbortController().signal,
    xml: async () => (body === undefined || body === "" ? null : readXml(body)),
    bytes: async () => new TextEncoder().encode(body ?? ""),
    body: () => Readable.from([new TextEncoder().encode(body ?? "")]),
  };
}

export const ask = (world: World, verb: string, path: string, asking: Asking = {}): Promise<Reply> =>
  handle(exchangeFor(world, verb, path, asking), world.registry);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

async function textOf(body: SentReply["body"]): Promise<string> {
  if (body === null) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Status, headers and text as they would go over the wire. */
export async function send(world: World, verb: string, path: string, asking: Asking = {}): Promise<Answer> {
  const { status, headers, body } = sendReply(
    await ask(world, verb, path, asking),
    exchangeFor(world, verb, path, asking),
  );
  return { status, headers, text: await textOf(body) };
}

/** The names in `DAV:error`, outermost first. */
export const errorNames = (body: string): readonly string[] => {
  const root = readXml(body);
  return root.name === dav("error") ? root.children.map(({ name }) => name) : [];
};

export const element = (body: string): XmlElement => readXml(body);

/** Gives somebody rights on a collection; letters as bits. */
export async function grant(world: World, collection: CollectionId, login: string, rights: number): Promise<void> {
  await world.db.rows(sql`insert into grant_entry (collection_id, subject, rights)
    values (${collection}, ${`p:${person(world, login).id}`}, ${rights})
    on conflict (collection_id, subject, positive) do update set rights = excluded.rights`);
}
