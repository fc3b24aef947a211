import { has } from "@kalends/acl";
import { belowRoot, dav, escapeText, statusLine, type Tags, tagsOf } from "@kalends/dav-xml";
import type { Exchange } from "../exchange.js";
import type { AnyProperty } from "../property.js";
import { Refused } from "../refusal.js";
import type { CollectionRow, Resource } from "../resource.js";
import type { KindPlan } from "./plan.js";
import type { Loaded } from "./propstat.js";

type MemberResource = Extract<Resource, { rows: "member" }>;

/** The whole `DAV:response` of a member; undefined where it takes more than is known beforehand. */
export type ResponseText = (at: MemberResource) => string | undefined;

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
  const isOpen = plan.declared.every(({ needs = "r" }) => has(rights, needs));
  if (plan.form === "propname" || !isOpen || !has(rights, "r")) return undefined;
  const parts = plan.declared.map((def) => partOf(def, plan, loaded, cx));
  const unknown = plan.undeclared.map((name) => tagsOf(name).empty).join("");
  const frame = frameFor(minimal);
  return (at) => {
    if (plan.dead !== "none" && loaded.dead(at).size > 0) return undefined;
    let found = "";
    let missing = "";
    for (const { valueOf, textOf, ifMissing } of parts) {
      const value = valueOf(at);
      if (value === REFUSED) return undefined;
      if (value === undefined) missing += ifMissing;
      else found += textOf(value);
    }
    return frame(escapeText(at.href), found, missing + unknown);
  };
}

/** One property of the response: where its value comes from and what is written of it. */
interface Part {
  readonly valueOf: (at: MemberResource) => unknown;
  readonly textOf: (value: unknown) => string;
  /** Told in 404 where it was asked for by name. */
  readonly ifMissing: string;
}

const REFUSED = Symbol("refused");

function partOf(def: AnyProperty, plan: KindPlan, loaded: Loaded, cx: Exchange): Part {
  const tags = knownTags(def);
  return {
    valueOf: valueFrom(def, loaded, cx),
    textOf: def.codec.print ? printed(tags, def.codec.print) : written(def),
    ifMissing: plan.named.has(def.name) ? tags.empty : "",
  };
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

const printed =
  ({ open, close, empty }: Tags, print: (value: unknown) => string): Part["textOf"] =>
  (value) => {
    const text = escapeText(print(value));
    return text === "" ? empty : open + text + close;
  };

function written({ name, codec }: AnyProperty): Part["textOf"] {
  const piece = belowRoot();
  return (value) =>
    piece((out) => {
      out.open(name);
      codec.write(out, value);
      out.close();
    });
}

const tagsByProperty = new WeakMap<AnyProperty, Tags>();

function knownTags(def: AnyProperty): Tags {
  const known = tagsByProperty.get(def) ?? tagsOf(def.name);
  tagsByProperty.set(def, known);
  return known;
}

type Frame = (href: string, found: string, missing: string) => string;

const PROPSTAT = tagsOf(dav("propstat"));
const PROP = tagsOf(dav("prop"));
const RESPONSE = tagsOf(dav("response"));
const HREF = tagsOf(dav("href"));
const BEFORE_HREF = RESPONSE.open + HREF.open;

const afterProps = (status: number): string =>
  belowRoot()((out) => out.leaf(dav("status"), statusLine(status))) + PROPSTAT.close;
const FOUND = HREF.close + PROPSTAT.open + PROP.open;
const FOUND_END = PROP.close + afterProps(200);
const NOTHING_FOUND = HREF.close + PROPSTAT.open + PROP.empty + afterProps(200) + RESPONSE.close;
const MISSING = PROPSTAT.open + PROP.open;
const MISSING_END = PROP.close + afterProps(404) + RESPONSE.close;

/** One propstat at least; with `minimal` none of 404 (RFC 6578 3.2, RFC 8144 2.1). */
function frameFor(minimal: boolean): Frame {
  return (href, found, missing) => {
    const untold = minimal || missing === "";
    if (found === "") {
      return BEFORE_HREF + href + (untold ? NOTHING_FOUND : HREF.close + MISSING + missing + MISSING_END);
    }
    const start = BEFORE_HREF + href + FOUND + found + FOUND_END;
    return start + (untold ? RESPONSE.close : MISSING + missing + MISSING_END);
  };
}
