import { cal, dav, text } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import type { Extension, KindDef, MethodDef } from "../extension.js";
import { property } from "../property.js";
import type { CollectionRow, Resource, Target } from "../resource.js";
import { assemble } from "./assemble.js";

const kind = (name: string, more: Partial<KindDef> = {}): KindDef => ({
  kind: name,
  rows: "collection",
  spec: "RFC 4918 5.2",
  types: [dav("collection")],
  ...more,
});
const method = (verb: string, on: MethodDef["on"], inside?: readonly string[]): MethodDef => ({
  verb,
  on,
  ...(inside ? { inside } : {}),
  spec: "RFC 9110",
  needs: () => [],
  handle: async () => ({ kind: "empty", status: 200 }),
});
const named = (local: string, on: readonly string[], spec = "RFC 4918 15") =>
  property<string>({
    name: dav(local),
    spec,
    on,
    allprop: false,
    source: { from: "row", value: () => local },
    codec: text,
  });

const box = kind("box", { members: "thing", creatable: { type: null } });
const thing = kind("thing", { rows: "member", types: [], contentType: () => "text/plain" });
const core: Extension = { name: "core", features: ["1", "3"], kinds: [box, thing] };

const at = (name: string): Target => ({
  mapped: true,
  resource: { rows: "collection", kind: name, href: "/x/", collection: {} as CollectionRow },
});
const free = (parent: string | null): Target => ({
  mapped: false,
  href: "/x/y",
  name: "y",
  parent: parent === null ? null : { rows: "collection", kind: parent, href: "/x/", collection: {} as CollectionRow },
});

describe("assemble refuses at start", () => {
  it.each<[string, readonly Extension[], string]>([
    ["two extensions of one name", [core, { name: "core" }], "extension core is declared twice"],
    ["two owners of a kind", [core, { name: "x", kinds: [box] }], "kind box is declared twice"],
    [
      "members nobody declares",
      [{ name: "x", kinds: [kind("a", { members: "b" })] }],
      "the kind b, which nobody declares",
    ],
    ["a property on an unknown kind", [core, { name: "x", properties: [named("p", ["moon"])] }], "the kind moon"],
    [
      "a method inside an unknown kind",
      [core, { name: "x", methods: [method("PUT", "unmapped", ["moon"])] }],
      "the kind moon",
    ],
    [
      "a resource type on an unknown kind",
      [core, { name: "x", types: [{ add: dav("t"), on: "moon", when: () => true }] }],
      "the kind moon",
    ],
    ["an empty spec", [core, { name: "x", properties: [named("p", ["box"], " ")] }], "names no standard"],
    [
      "two owners of a property",
      [core, { name: "x", properties: [named("p", ["box"]), named("p", ["box"])] }],
      "has two owners on box",
    ],
    [
      "two owners of a verb",
      [core, { name: "x", methods: [method("GET", ["box"]), method("GET", ["box"])] }],
      "GET has two owners on box",
    ],
    [
      "two owners of a free place",
      [core, { name: "x", methods: [method("PUT", "unmapped", ["box"]), method("PUT", "unmapped", ["box"])] }],
      "PUT has two owners inside box",
    ],
    [
      "two kinds of one creatable type",
      [core, { name: "x", kinds: [kind("c", { creatable: { type: null } })] }],
      "creatable resource type null is declared twice",
    ],
    ["a mailbox root without slashes", [core, { name: "x", mailboxRoots: ["CalDAV"] }], 'must look like "/Name/"'],
  ])("%s", (_what, extensions, message) => {
    expect(() => assemble(extensions)).toThrow(message);
  });
});

describe("the registry", () => {
  it("lists features in the order of the extensions, each once (DAV-01)", () => {
    expect(assemble([core, { name: "x", features: ["calendar-access", "1"] }]).features).toEqual([
      "1",
      "3",
      "calendar-access",
    ]);
  });

  it("prefers a declaration by name over one by sort over one for all", () => {
    const all = named("p", ["*"]);
    const sort = named("p", ["*collection"]);
    const exact = named("p", ["box"]);
    const registry = assemble([core, { name: "x", kinds: [kind("other")], properties: [exact, all, sort] }]);
    expect(registry.property(dav("p"), "box")).toBe(exact);
    expect(registry.property(dav("p"), "other")).toBe(sort);
    expect(registry.property(dav("p"), "thing")).toBe(all);
    expect(registry.property(dav("p"), "moon")).toBeUndefined();
  });

  it("takes GET for HEAD and shows both in Allow (DAV-67)", () => {
    const get = method("GET", ["box"]);
    const registry = assemble([core, { name: "x", methods: [get] }]);
    expect(registry.method("HEAD", at("box"))).toBe(get);
    expect(registry.methods("box")).toEqual(["GET", "HEAD"]);
    expect(registry.methods("thing")).toEqual([]);
    expect(registry.knowsVerb("HEAD")).toBe(true);
    expect(registry.knowsVerb("BREW")).toBe(false);
  });

  it("offers POST only where a body means something (DAV-146)", () => {
    const post = method("POST", ["*"]);
    const needs = { root: dav("share"), on: ["box"], spec: "sharing", needs: [], handle: post.handle } as const;
    const registry = assemble([
      core,
      { name: "x", methods: [post], posts: [{ ...needs, handle: async () => ({ kind: "empty", status: 200 }) }] },
    ]);
    expect(registry.method("POST", at("box"))).toBe(post);
    expect(registry.method("POST", at("thing"))).toBeUndefined();
    expect(registry.post(dav("share"), "box")?.root).toBe(dav("share"));
    expect(registry.post(cal("mkcalendar"), "box")).toBeUndefined();
  });

  it("chooses what may be made by the collection around the free name", () => {
    const here = method("PUT", "unmapped", ["box"]);
    const anywhere = method("OPTIONS", "unmapped");
    const registry = assemble([core, { name: "x", kinds: [kind("other")], methods: [here, anywhere] }]);
    expect(registry.method("PUT", free("box"))).toBe(here);
    expect(registry.method("PUT", free("other"))).toBeUndefined();
    expect(registry.method("PUT", free(null))).toBeUndefined();
    expect(registry.method("OPTIONS", free(null))).toBe(anywhere);
    expect(registry.unmappedMethods("box")).toEqual(["OPTIONS", "PUT"]);
    expect(registry.unmappedMethods(null)).toEqual(["OPTIONS"]);
  });

  it("adds resource types that the row decides, and tells the media type of bodies (DAV-28)", () => {
    const when = (resource: Resource) => resource.href === "/shared/";
    const registry = assemble([core, { name: "x", types: [{ add: dav("shared"), on: "box", when }] }]);
    const resource = { rows: "collection", kind: "box", href: "/shared/", collection: {} as CollectionRow } as const;
    expect(registry.resourceTypes(resource)).toEqual([dav("collection"), dav("shared")]);
    expect(registry.resourceTypes({ ...resource, href: "/own/" })).toEqual([dav("collection")]);
    expect(registry.contentType({ ...resource, kind: "thing" })).toBe("text/plain");
    expect(registry.contentType(resource)).toBeUndefined();
  });

  it("folds reserved slugs and finds what can be created", () => {
    const registry = assemble([core, { name: "x", reservedSlugs: ["Inbox"] }]);
    expect(registry.reservedSlugs.has("inbox")).toBe(true);
    expect(registry.creatable(null)).toBe(box);
    expect(registry.creatable(cal("calendar"))).toBeUndefined();
    expect(() => registry.kind("moon")).toThrow("nobody declares the kind moon");
  });
});
