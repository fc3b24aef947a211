import type { JComponent, JParams, JProperty } from "../jcal.js";
import { jcalOf } from "./jcal.js";

/** The namespace of every element of xCal (RFC 6321 3.1). */
export const XCAL_NS = "urn:ietf:params:xml:ns:icalendar-2.0";

/** An element of xCal, to be written in {@link XCAL_NS}. */
export interface XcalElement {
  /** Local name. */
  readonly name: string;
  readonly content: string | readonly XcalElement[];
}

/** Value types of parameters (RFC 6321 3.5); the others are `unknown` (5.2). */
const PARAM_TYPES: ReadonlyMap<string, string> = new Map([
  ...named("uri", "altrep dir"),
  ...named("text", "cn cutype encoding fbtype fmttype language partstat range related reltype role tzid"),
  ...named("text", "display email feature label"),
  ...named("cal-address", "delegated-from delegated-to member sent-by"),
  ...named("boolean", "rsvp"),
]);

/** The fields of structured values (RFC 6321 3.4.1.2, 3.4.1.3). */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["geo", ["latitude", "longitude"]],
  ["request-status", ["code", "description", "data"]],
]);

/** Parts of a rule in the order of the schema (RFC 6321 appendix A). */
const PARTS = [
  ...["rscale", "freq", "until", "count", "interval", "bysecond", "byminute", "byhour", "byday", "bymonthday"],
  ...["byyearday", "byweekno", "bymonth", "bysetpos", "wkst", "skip"],
];

/** Names that XML can write; a content line may also begin with a digit. */
const XML_NAME = /^[a-z_][\w.-]*$/;

function named(type: string, names: string): (readonly [string, string])[] {
  return names.split(" ").map((name) => [name, type] as const);
}

const element = (name: string, content: XcalElement["content"]): XcalElement => ({ name, content });

/** A wrapper with its elements, nothing when it would be empty. */
const group = (name: string, content: readonly XcalElement[]): readonly XcalElement[] =>
  content.length === 0 ? [] : [element(name, content)];

/** A component as xCal (RFC 6321 3.2 to 3.6). Names that are no XML names are left out. */
export function xcalOf(component: JComponent): XcalElement {
  return ofComponent(jcalOf(component));
}

function ofComponent([name, properties, components]: JComponent): XcalElement {
  return element(name, [
    ...xcalProperties(properties),
    ...group("components", components.filter(([each]) => XML_NAME.test(each)).map(ofComponent)),
  ]);
}

function xcalProperties(properties: readonly JProperty[]): readonly XcalElement[] {
  return group("properties", properties.filter(([name]) => XML_NAME.test(name)).map(ofProperty));
}

function ofProperty([name, params, type, ...values]: JProperty): XcalElement {
  const fields = type === "unknown" ? undefined : FIELDS.get(name);
  return element(name, [
    ...group("parameters", ofParams(params)),
    ...values.flatMap((value) => (fields ? ofFields(fields, value) : [ofValue(type, value)])),
  ]);
}

function ofParams(params: JParams): readonly XcalElement[] {
  const names = Object.keys(params).filter((name) => XML_NAME.test(name));
  return names.map((name) => {
    const type = PARAM_TYPES.get(name) ?? "unknown";
    const value = params[name] ?? "";
    return element(
      name,
      (Array.isArray(value) ? value : [value]).map((each) =>
        element(type, type === "boolean" ? each.toLowerCase() : each),
      ),
    );
  });
}

function ofFields(fields: readonly string[], value: unknown): readonly XcalElement[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return fields.flatMap((field, at) => (parts[at] === undefined ? [] : [element(field, String(parts[at]))]));
}

function ofValue(type: string, value: unknown): XcalElement {
  const name = XML_NAME.test(type) ? type : "unknown";
  if (type === "period" && Array.isArray(value)) return element(name, ofPeriod(String(value[0]), String(value[1])));
  if (type === "recur") return element(name, ofRecur(Object.entries(Object(value))));
  return element(name, Array.isArray(value) ? value.map(String).join(";") : String(value));
}

function ofPeriod(start: string, end: string): readonly XcalElement[] {
  return [element("start", start), element(/^[+-]?P/i.test(end) ? "duration" : "end", end)];
}

function ofRecur(parts: readonly (readonly [string, unknown])[]): readonly XcalElement[] {
  const place = (name: string) => (PARTS.includes(name) ? PARTS.indexOf(name) : PARTS.length);
  return parts
    .filter(([name]) => XML_NAME.test(name))
    .toSorted(([a], [b]) => place(a) - place(b))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => element(name, String(each))));
}
