import { cal, dav, readXml, text, type XmlElement } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { coreExtension } from "../src/core-extension.js";
import { defineExtension } from "../src/extension.js";
import { collectionDelete } from "../src/methods/delete.js";
import { property } from "../src/property.js";
import { refuse } from "../src/refusal.js";
import { openWorld, type World } from "../testing/world.js";

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

/** A server that knows them, with ann and bob. */
export const openRuntime = (): Promise<World> =>
  openWorld([coreExtension, writing], {
    limits: { xmlSize: 65_536, reportXmlSize: 65_536, calendarsPerHome: 12, deadPropertySize: 200, syncPage: 100 },
  });

/** The names in `DAV:error`, outermost first. */
export const errorNames = (body: string): readonly string[] => {
  const root = readXml(body);
  return root.name === dav("error") ? root.children.map(({ name }) => name) : [];
};

export const element = (body: string): XmlElement => readXml(body);
