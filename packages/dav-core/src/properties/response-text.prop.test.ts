import { ALL_RIGHTS, maskOf } from "@kalends/acl";
import { type Clark, href, httpDate, integer, names, octetsOf, text, withLineFeeds, writeXml } from "@kalends/dav-xml";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Exchange } from "../exchange.js";
import type { KindDef } from "../extension.js";
import { memberHref } from "../hrefs.js";
import { writeItem } from "../multistatus.js";
import { type AnyProperty, property } from "../property.js";
import { refuseStatus } from "../refusal.js";
import type { CollectionRow, MemberRow, Resource } from "../resource.js";
import { getcontentlength, getetag } from "./live.js";
import { plan } from "./plan.js";
import { itemOf, type Loaded } from "./propstat.js";
import { plainResponse, responseText } from "./response-text.js";
import type { PropRequest } from "./request.js";

type Member = Extract<Resource, { rows: "member" }>;
type Value = (at: Member) => unknown;

function declare(name: Clark, value: Value, codec: AnyProperty["codec"], more: Partial<AnyProperty> = {}): AnyProperty {
  const of = (at: Resource) => (at.rows === "member" ? value(at) : undefined);
  return property<unknown>({
    name,
    spec: "x",
    on: ["*member"],
    allprop: true,
    source: { from: "row", value: of },
    codec,
    ...more,
  });
}

const every = (n: number) => (at: Member) => at.member.size % n === 0;
const calendarText: AnyProperty["codec"] = {
  write: (out, value: string) => out.calendarText(value),
  print: withLineFeeds,
};

const properties: readonly AnyProperty[] = [
  getetag,
  getcontentlength,
  declare("{DAV:}getlastmodified", (at) => at.member.size * 1000, httpDate),
  declare("{urn:ietf:params:xml:ns:caldav}schedule-tag", (at) => at.member.scheduleTag ?? undefined, text),
  declare("{urn:x}uid", (at) => at.member.uid, text),
  declare("{urn:x}data", (at) => at.member.uid, calendarText),
  declare("{urn:x}sometimes", (at) => (every(2)(at) ? at.member.size : undefined), integer),
  declare("{urn:x}types", () => ["{DAV:}collection", "{urn:y}one", "{urn:z}other"], names),
  declare("{DAV:}owner", (at) => at.href, href),
  declare("{}bare", () => undefined, text),
  declare("{urn:&<}odd", () => "", text),
  declare("{urn:x}refused", (at) => (every(3)(at) ? refuseStatus(409, "too much") : "fine"), text, { allprop: false }),
  declare("{DAV:}acl", () => "secret", text, { needs: "a", allprop: false }),
  declare("{urn:x}counted", () => undefined, integer, {
    allprop: false,
    source: { from: "batch", load: async () => new Map() },
  }),
  declare("{urn:x}kept", () => undefined, text, { source: { from: "stored", otherwise: () => "as it was" } }),
];
const kind: KindDef = { kind: "object", rows: "member", spec: "x", types: [] };
const registry = {
  kind: () => kind,
  propertiesOf: () => properties,
  property: (name: Clark) => properties.find((def) => def.name === name),
};

const asked = fc.subarray([
  ...properties.map(({ name }) => name),
  "{urn:x}dead",
  "{urn:n&}\u{10000}",
  "{DAV:}unheard",
  "{}plain",
] as Clark[]);
const request: fc.Arbitrary<PropRequest> = fc.oneof(
  { weight: 5, arbitrary: asked.map((list) => ({ form: "prop" as const, names: list })) },
  { weight: 2, arbitrary: asked.map((include) => ({ form: "allprop" as const, include })) },
  { weight: 1, arbitrary: fc.constant({ form: "propname" as const }) },
);
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("a", "&", "<", ">", "'", '"', "\r", "\n", "]", "é", "\u{1f600}", "\u0001", "\ud800"),
  }),
);
const row = fc.record({
  name: fc.string({ unit: "grapheme", minLength: 1 }),
  etag: word,
  uid: word,
  size: fc.nat(),
  scheduleTag: fc.option(word),
});
const rights = fc.constantFrom(ALL_RIGHTS, maskOf("l", "r"), maskOf("l"));

it("writes every response of a listing as it would be written by itself, octet for octet (DAV-25, RFC 4918 14.24)", () => {
  let written = 0;
  fc.assert(
    fc.property(request, rights, fc.boolean(), fc.array(row), fc.boolean(), (wanted, held, minimal, rows, hasDead) => {
      const collection = { rights: held, props: {}, binding: null } as unknown as CollectionRow;
      const compiled = plan(wanted, registry).of("object");
      const cx = {} as Exchange;
      const loaded: Loaded = {
        batch: (_, of) => (of.length % 2 === 0 ? of.length : undefined),
        dead: ({ href: of }) => new Map(hasDead && of.length % 2 === 0 ? [["{urn:x}dead", "<d/>"]] : []),
      };
      const textOf = responseText(collection, compiled, loaded, cx, minimal);
      for (const each of rows) {
        const member = { component: "VEVENT", createdAt: 0, modifiedAt: 0, ...each } as MemberRow;
        const at: Member = {
          rows: "member",
          kind: "object",
          href: memberHref("/it's/&/", member.name),
          collection,
          name: member.name,
          member,
        };
        const text = textOf?.(at);
        if (text === undefined) continue;
        written += 1;
        const alone = writeXml("{DAV:}multistatus", (out) => {
          writeItem(out, itemOf(at, compiled, loaded, cx, minimal));
        });
        expect(writeXml("{DAV:}multistatus", (out) => out.octets(text))).toBe(alone);
      }
    }),
  );
  expect(written).toBeGreaterThan(100);
});

const plainName = fc.stringMatching(/^[\w.~@-]{1,20}$/);
const plainAsked = fc.subarray(["{DAV:}getetag", "{DAV:}getcontentlength", "{urn:n&}x", "{DAV:}unheard"] as Clark[]);

it("puts a response together from plain cells as it would from the member (DAV-25, RFC 4918 14.24)", () => {
  let written = 0;
  const rows = fc.record({ name: plainName, etag: fc.oneof(plainName, fc.constant("")), size: fc.nat() });
  fc.assert(
    fc.property(
      plainAsked,
      rights,
      fc.boolean(),
      rows,
      fc.boolean(),
      (names, held, minimal, { name, etag, size }, has) => {
        const collection = { rights: held, props: {}, binding: null } as unknown as CollectionRow;
        const compiled = {
          ...plan({ form: "prop", names }, registry).of("object"),
          dead: has ? "all" : "none",
        } as const;
        const cx = {
          mount: "/&",
          headers: new Map(minimal ? [["prefer", "return=minimal"]] : []),
        } as unknown as Exchange;
        const at = { rows: "member", kind: "object", href: memberHref("/it's/&/", name), collection, name } as const;
        const member = { name, etag, size } as MemberRow;
        const loaded: Loaded = { batch: () => undefined, dead: () => new Map() };
        const make = plainResponse(
          { href: "/it's/&/", collection },
          compiled,
          (column) => (column === "size" ? 2 : 1),
          cx,
        );
        const plain = make?.(["before", name, etag, String(size)].map(octetsOf), 1);
        if (plain === undefined) return;
        written += 1;
        expect(has || (names.includes("{DAV:}getetag") && etag === "")).toBe(false);
        expect(plain).toBe(responseText(collection, compiled, loaded, cx, minimal)?.({ ...at, member }));
      },
    ),
  );
  expect(written).toBeGreaterThan(5);
});
