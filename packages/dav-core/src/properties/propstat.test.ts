import { ALL_RIGHTS, maskOf, type Right } from "@kalends/acl";
import { type Clark, text } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import type { Exchange, Item } from "../exchange.js";
import type { KindDef } from "../extension.js";
import { type AnyProperty, property } from "../property.js";
import { refuseStatus } from "../refusal.js";
import type { CollectionRow, Resource } from "../resource.js";
import { plan } from "./plan.js";
import { itemOf } from "./propstat.js";
import type { PropRequest } from "./request.js";

const make = (name: Clark, value: () => string | undefined, needs?: Right): AnyProperty =>
  property<string>({
    name,
    spec: "x",
    on: ["*collection"],
    allprop: true,
    ...(needs ? { needs } : {}),
    source: { from: "row", value },
    codec: text,
  });

const known = make("{urn:x}known", () => "v");
const named = make("{urn:x}name-like", () => "n", "l");
const guarded = make("{urn:x}guarded", () => "g", "a");
const absent = make("{urn:x}absent", () => undefined);
const broken = make("{urn:x}broken", () => refuseStatus(409, "too much"));
const colour = property<string>({
  name: "{urn:x}colour",
  spec: "x",
  on: ["*collection"],
  allprop: true,
  source: { from: "stored", otherwise: () => "none" },
  codec: text,
});

const properties = [known, named, guarded, absent, broken, colour];
const kind: KindDef = { kind: "calendar", rows: "collection", spec: "x", types: [] };
const registry = {
  kind: () => kind,
  propertiesOf: () => properties,
  property: (name: Clark) => properties.find((def) => def.name === name),
};

function answer(request: PropRequest, rights = ALL_RIGHTS, row: Partial<CollectionRow> = {}, minimal = false): Item {
  const collection = { rights, props: {}, binding: null, ...row } as CollectionRow;
  const resource: Resource = { rows: "collection", kind: "calendar", href: "/c/", collection };
  const dead = new Map([["{urn:x}dead", "<d/>"]]);
  const loaded = { batch: () => undefined, dead: () => dead };
  return itemOf(resource, plan(request, registry).of("calendar"), loaded, {} as Exchange, minimal);
}

const statuses = ({ propstats = [] }: Item) =>
  propstats.map(({ status, props }) => [status, props.map(({ name }) => name.slice(7))]);
const prop = (...locals: readonly string[]): PropRequest => ({
  form: "prop",
  names: locals.map((local): Clark => `{urn:x}${local}`),
});

describe("itemOf", () => {
  it("sorts names by status, one propstat each (DAV-25, DAV-26)", () => {
    const item = answer(prop("absent", "known", "guarded", "unheard", "dead"), maskOf("l", "r"));
    expect(statuses(item)).toEqual([
      [200, ["known", "dead"]],
      [404, ["absent", "unheard"]],
      [403, ["guarded"]],
    ]);
    expect(item.propstats?.[2]?.refusal?.condition).toBe("{DAV:}need-privileges");
  });

  it("leaves out silently what allprop may not or cannot tell (DAV-23, DAV-26)", () => {
    const item = answer({ form: "allprop", include: [] }, maskOf("l", "r"));
    expect(statuses(item)).toEqual([[200, ["known", "name-like", "colour", "dead"]]]);
  });

  it("tells what was included by name (DAV-23)", () => {
    const item = answer({ form: "allprop", include: ["{urn:x}absent", "{urn:x}dead"] }, maskOf("l", "r"));
    expect(statuses(item)).toEqual([
      [200, ["known", "name-like", "colour", "dead"]],
      [404, ["absent"]],
    ]);
  });

  it("opens only name-like properties to Lookup alone (ACL-72)", () => {
    expect(statuses(answer(prop("known", "name-like", "dead"), maskOf("l")))).toEqual([
      [200, ["name-like"]],
      [403, ["known", "dead"]],
    ]);
  });

  it("drops 404 for minimal and keeps one empty propstat (DAV-110)", () => {
    expect(statuses(answer(prop("absent", "known"), ALL_RIGHTS, {}, true))).toEqual([[200, ["known"]]]);
    expect(statuses(answer(prop("absent"), ALL_RIGHTS, {}, true))).toEqual([[200, []]]);
    expect(statuses(answer(prop("guarded"), maskOf("l", "r"), {}, true))).toEqual([[403, ["guarded"]]]);
  });

  it("gives names without values for propname (DAV-24)", () => {
    const [stat] = answer({ form: "propname" }).propstats ?? [];
    expect(stat?.props.every((shown) => shown.write === undefined && shown.markup === undefined)).toBe(true);
    expect(stat?.props.map(({ name }) => name.slice(7))).toEqual(["known", "name-like", "guarded", "colour", "dead"]);
  });

  it("lets trouble with one property be that property's status (RFC 4918 9.1)", () => {
    expect(statuses(answer(prop("broken", "known")))).toEqual([
      [200, ["known"]],
      [409, ["broken"]],
    ]);
  });

  it("prefers what a person keeps for himself to what is stored for all (APL-13)", () => {
    const name = "{urn:x}colour";
    const markup = (row: Partial<CollectionRow>) =>
      answer(prop("colour"), ALL_RIGHTS, row).propstats?.[0]?.props[0]?.markup;
    const binding = { overlay: { [name]: "<mine/>" } } as unknown as CollectionRow["binding"];
    expect(markup({ props: { [name]: "<all/>" } })).toBe("<all/>");
    expect(markup({ props: { [name]: "<all/>" }, binding })).toBe("<mine/>");
    expect(markup({})).toBeUndefined();
  });
});
