import { has, type RightsMask } from "@kalends/acl";
import {
  belowRoot,
  type Clark,
  dav,
  escapedOctets,
  type Octets,
  octetsOf,
  statusLine,
  type Tags,
  tagsOf,
} from "@kalends/dav-xml";
import type { Exchange } from "../exchange.js";
import { wantsMinimal } from "../headers/prefer.js";
import type { AnyProperty, MemberColumn } from "../property.js";
import { Refused } from "../refusal.js";
import type { CollectionRow, Resource } from "../resource.js";
import type { KindPlan } from "./plan.js";
import type { Loaded } from "./propstat.js";

type MemberResource = Extract<Resource, { rows: "member" }>;

/** The whole `DAV:response` of a member; undefined where it takes more than is known beforehand. */
export type ResponseText = (at: MemberResource) => Octets | undefined;

/**
 * What `itemOf` and `writeItem` make of the members of one collection, with everything that is the same for all of them
 * written once: only values are left (RFC 4918 14.24). The text is the same, octet for octet. Undefined where the plan asks
 * for what cannot be said beforehand; such responses, and those of members seen in part, are made one by one.
 */
export function responseText(
  { rights }: CollectionRow,
  plan: KindPlan,
  loaded: Loaded,
  cx: Exchange,
  minimal: boolean,
): ResponseText | undefined {
  if (!isOpen(plan, rights)) return undefined;
  const parts = plan.declared.map((def) => partOf(def, plan, loaded, cx));
  const unknown = unknownIn(plan);
  const start = BEFORE_HREF + escapedOctets(cx.mount ?? "");
  const complete = completeText(start, parts, minimal ? "" : unknown);
  return (at) => {
    if (plan.dead !== "none" && loaded.dead(at).size > 0) return undefined;
    return complete(at) ?? sortedText(start, at, parts, unknown, minimal);
  };
}

/**
 * The same from the cells of a row in which nothing needs an escape, `place` behind its name; undefined where the answer is
 * made of more than such cells.
 */
export function plainResponse(
  { href, collection }: Pick<MemberResource, "href" | "collection">,
  plan: KindPlan,
  place: (column: MemberColumn) => number,
  cx: Exchange,
): ((cells: readonly Octets[], name: number) => Octets | undefined) | undefined {
  const printed = plan.declared.flatMap(({ source }) => (source.from === "row" && source.printed) || []);
  const isAll = printed.length === plan.declared.length && plan.dead === "none" && plan.batches.length === 0;
  if (!isAll || printed.length === 0 || !isOpen(plan, collection.rights)) return undefined;
  const start = BEFORE_HREF + escapedOctets(cx.mount ?? "") + escapedOctets(href);
  const { between, end } = aroundValues(plan.declared.map(knownTags), wantsMinimal(cx) ? "" : unknownIn(plan));
  const quote = (n: number): string => printed[n]?.quote ?? "";
  const before = between.map((text, n) => quote(n - 1) + text + quote(n));
  const after = quote(printed.length - 1) + end;
  const places = printed.map(({ column }) => place(column));
  return (cells, name) => {
    let text = start + (cells[name] ?? "");
    for (let n = 0; n < places.length; n += 1) {
      const cell = cells[name + (places[n] ?? 0)] ?? "";
      if (cell === "") return undefined;
      text += before[n] + cell;
    }
    return (text + after) as Octets;
  };
}

/** All that is asked for may be told, with its value. */
const isOpen = ({ form, declared }: KindPlan, rights: RightsMask): boolean =>
  form !== "propname" && has(rights, "r") && declared.every(({ needs = "r" }) => has(rights, needs));

const unknownIn = ({ undeclared }: KindPlan): Octets => octetsOf(undeclared.map((name) => tagsOf(name).empty).join(""));

/** One property of the response: where its value comes from and what is written of it. */
interface Part {
  readonly valueOf: (at: MemberResource) => unknown;
  /** What stands between the tags; of what is more than character data the whole element, and there are no tags. */
  readonly inner: (value: unknown) => Octets;
  readonly open: string;
  readonly close: string;
  readonly empty: string;
  /** Told in 404 where it was asked for by name. */
  readonly ifMissing: string;
}

const REFUSED = Symbol("refused");

function partOf(def: AnyProperty, plan: KindPlan, loaded: Loaded, cx: Exchange): Part {
  const tags = knownTags(def);
  const inner = characters(def);
  return {
    valueOf: valueFrom(def, loaded, cx),
    ...(inner ? { ...tags, inner } : { open: "", close: "", empty: "", inner: written(def, cx.mount) }),
    ifMissing: plan.named.has(def.name) ? tags.empty : "",
  };
}

/** What is nothing but character data. */
function characters({ codec: { print, printOctets } }: AnyProperty): Part["inner"] | undefined {
  return printOctets ?? (print && ((value) => escapedOctets(print(value))));
}

/** The usual case: every property has a value with something in it, so nothing but these and the href is put together. */
function completeText(start: string, parts: readonly Part[], unknown: string): ResponseText {
  const { between, end } = aroundValues(parts, unknown);
  return (at) => {
    if (parts.length === 0) return undefined;
    let text = start + escapedOctets(at.href);
    for (let n = 0; n < parts.length; n += 1) {
      const part = parts[n];
      const value = part?.valueOf(at);
      if (value === undefined || value === REFUSED) return undefined;
      const inner = part?.inner(value) ?? "";
      if (inner === "") return undefined;
      text += between[n] + inner;
    }
    return (text + end) as Octets;
  };
}

/** What stands before each value, the first of which follows the href, and behind the last. */
function aroundValues(parts: readonly Pick<Tags, "open" | "close">[], unknown: string) {
  const between = parts.map(({ open }, n) => (n === 0 ? HREF.close + FOUND : (parts[n - 1]?.close ?? "")) + open);
  const end = (parts.at(-1)?.close ?? "") + FOUND_END + (unknown === "" ? "" : notFound(unknown)) + RESPONSE.close;
  return { between, end };
}

/** Values in 200, then what is missing in 404; one propstat at least; with `minimal` none of 404 (RFC 6578 3.2, RFC 8144 2.1). */
function sortedText(
  start: string,
  at: MemberResource,
  parts: readonly Part[],
  unknown: string,
  minimal: boolean,
): Octets | undefined {
  let found = "";
  let missing = "";
  for (const { valueOf, inner, open, close, empty, ifMissing } of parts) {
    const value = valueOf(at);
    if (value === REFUSED) return undefined;
    const text = value === undefined ? undefined : inner(value);
    if (text === undefined) missing += ifMissing;
    else found += text === "" ? empty : open + text + close;
  }
  missing = minimal ? "" : missing + unknown;
  const told = found === "" ? (missing === "" ? NOTHING_FOUND : "") : FOUND + found + FOUND_END;
  const untold = missing === "" ? "" : notFound(missing);
  return (start + escapedOctets(at.href) + HREF.close + told + untold + RESPONSE.close) as Octets;
}

function valueFrom(def: AnyProperty, loaded: Loaded, cx: Exchange): Part["valueOf"] {
  const { source } = def;
  if (source.from === "batch") return (at) => loaded.batch(def, at.href);
  const value = source.from === "stored" ? source.otherwise : source.value;
  if (!value) return () => undefined;
  return (at) => {
    try {
      return value(at, cx);
    } catch (error) {
      if (error instanceof Refused) return REFUSED;
      throw error;
    }
  };
}

function written({ name, codec }: AnyProperty, mount: string | undefined): Part["inner"] {
  const piece = belowRoot(mount);
  const write = (value: unknown): Octets =>
    octetsOf(
      piece((out) => {
        out.open(name);
        codec.write(out, value);
        out.close();
      }),
    );
  // An empty list, such as the resource types of a member, is the same for every row.
  let ofNone: Octets | undefined;
  return (value) => (Array.isArray(value) && value.length === 0 ? (ofNone ??= write(value)) : write(value));
}

const tagsByProperty = new WeakMap<AnyProperty, Tags>();

function knownTags(def: AnyProperty): Tags {
  const known = tagsByProperty.get(def) ?? tagsInOctets(def.name);
  tagsByProperty.set(def, known);
  return known;
}

function tagsInOctets(name: Clark): Tags {
  const { open, close, empty } = tagsOf(name);
  return { open: octetsOf(open), close: octetsOf(close), empty: octetsOf(empty) };
}

const PROPSTAT = tagsOf(dav("propstat"));
const PROP = tagsOf(dav("prop"));
const RESPONSE = tagsOf(dav("response"));
const HREF = tagsOf(dav("href"));
const BEFORE_HREF = RESPONSE.open + HREF.open;

const endOf = (status: number): string =>
  belowRoot()((out) => out.leaf(dav("status"), statusLine(status))) + PROPSTAT.close;
const FOUND = PROPSTAT.open + PROP.open;
const FOUND_END = PROP.close + endOf(200);
const NOTHING_FOUND = PROPSTAT.open + PROP.empty + endOf(200);
const NOT_FOUND_END = PROP.close + endOf(404);
const notFound = (names: string): string => PROPSTAT.open + PROP.open + names + NOT_FOUND_END;
