import { type Clark, text } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import type { KindDef } from "../extension.js";
import { type AnyProperty, type MemberColumn, property } from "../property.js";
import { appliesTo } from "../resource.js";
import { columnsOf, plan } from "./plan.js";
import type { PropRequest } from "./request.js";

const kinds: readonly KindDef[] = [
  { kind: "root", rows: "virtual", spec: "x", types: [] },
  { kind: "calendar", rows: "collection", spec: "x", types: [], members: "object" },
  { kind: "object", rows: "member", spec: "x", types: [] },
];

const row = (name: Clark, on: string, allprop: boolean, columns: readonly MemberColumn[] = []) =>
  property<string>({
    name,
    spec: "x",
    on: [on],
    allprop,
    source: { from: "row", columns, value: () => "" },
    codec: text,
  });

const etag = row("{DAV:}getetag", "object", true, ["etag"]);
const length = row("{DAV:}getcontentlength", "object", true, ["size"]);
const data = row("{urn:c}calendar-data", "object", false, ["data"]);
const name = row("{DAV:}displayname", "calendar", true);
const counted = property<string>({
  name: "{urn:c}count",
  spec: "x",
  on: ["*collection"],
  allprop: false,
  source: { from: "batch", columns: ["uid"], load: async () => new Map() },
  codec: text,
});

const properties: readonly AnyProperty[] = [etag, length, data, name, counted];
const rowsOf = (kind: string) => kinds.find((def) => def.kind === kind)?.rows ?? "virtual";
const registry = {
  kind: (kind: string): KindDef =>
    kinds.find((def) => def.kind === kind) ?? { kind, rows: "virtual", spec: "", types: [] },
  propertiesOf: (kind: string) => properties.filter(({ on }) => appliesTo(on, kind, rowsOf(kind))),
  property: (wanted: Clark, kind: string) => registry.propertiesOf(kind).find((def) => def.name === wanted),
};

const of = (request: PropRequest, kind: string) => plan(request, registry).of(kind);
const prop = (...names: readonly Clark[]): PropRequest => ({ form: "prop", names });

describe("plan", () => {
  it("reads the columns of what is asked and no other (RFC 4918 9.1)", () => {
    expect([...of(prop("{DAV:}getetag"), "object").columns]).toEqual(["etag"]);
    expect([...of(prop("{DAV:}displayname"), "calendar").columns]).toEqual([]);
    expect(
      [...columnsOf(plan(prop("{DAV:}getetag", "{urn:c}count"), registry), ["calendar", "object"])].sort(),
    ).toEqual(["etag", "uid"]);
  });

  it("never reads bodies for allprop (RFC 4791 9.6)", () => {
    expect(of({ form: "allprop", include: [] }, "object").columns).toEqual(new Set(["etag", "size"]));
    expect(of({ form: "allprop", include: ["{urn:c}calendar-data"] }, "object").columns.has("data")).toBe(true);
  });

  it("keeps the order asked and counts a name once (DAV-33)", () => {
    const names: readonly Clark[] = ["{DAV:}getcontentlength", "{DAV:}getetag", "{DAV:}getcontentlength"];
    expect(of(prop(...names), "object").declared).toEqual([length, etag]);
  });

  it.each([
    ["a name nobody declares", prop("{urn:x}note"), "object", "named"],
    ["a name declared for another kind", prop("{urn:c}count"), "object", "named"],
    ["names all declared", prop("{DAV:}getetag"), "object", "none"],
    ["a name of DAV: that is none of ours", prop("{DAV:}unknown"), "object", "none"],
    ["allprop", { form: "allprop", include: [] }, "calendar", "all"],
    ["propname", { form: "propname" }, "calendar", "all"],
    ["what keeps no dead properties", { form: "allprop", include: [] }, "root", "none"],
  ] as const)("looks for dead properties with %s on %s: %s (DAV-23, DAV-25)", (_, request, kind, dead) => {
    expect(of(request, kind).dead).toBe(dead);
  });

  it("takes a batch only where it is asked (RFC 4918 9.1)", () => {
    expect(of(prop("{urn:c}count"), "calendar").batches).toEqual([counted]);
    expect(of({ form: "allprop", include: [] }, "calendar").batches).toEqual([]);
    expect(of({ form: "propname" }, "calendar").batches).toEqual([counted]);
  });

  it("prefers the properties of the request to those of the registry (RFC 4791 9.6)", () => {
    const partial = row("{urn:c}calendar-data", "object", false, ["data", "uid"]);
    const compiled = plan(prop("{urn:c}calendar-data"), registry, { extra: [partial] });
    expect(compiled.of("object").declared).toEqual([partial]);
  });
});
