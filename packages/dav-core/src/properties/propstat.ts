import { ALL_RIGHTS, has, maskOf, type RightsMask } from "@kalends/acl";
import type { Clark } from "@kalends/dav-xml";
import type { Exchange, Item, PropStat } from "../exchange.js";
import type { AnyProperty } from "../property.js";
import type { Resource } from "../resource.js";
import type { DeadProperties } from "./dead.js";
import type { KindPlan } from "./plan.js";
import { overlayElement, storedElement } from "./stored.js";

/** What was read beside the rows. */
export interface Loaded {
  /** Values of batch properties, by property and href. */
  batch(def: AnyProperty, href: string): unknown;
  dead(resource: Resource): DeadProperties;
}

type Shown = PropStat["props"][number];

const OPEN_TO_ALL = maskOf("l", "r");

/** The rights that decide which properties are shown; principals show theirs to their domain, all of them to themselves. */
export function rightsOver(resource: Resource, cx: Exchange): RightsMask {
  if (resource.rows === "collection" || resource.rows === "member") return resource.collection.rights;
  const isSelf = resource.rows === "principal" && cx.by?.id === resource.principal.id;
  return isSelf ? ALL_RIGHTS : OPEN_TO_ALL;
}

/**
 * Makes the response for one resource: found in 200, unknown in 404, withheld in 403, each name once (RFC 4918 9.1).
 * Under allprop and propname what is withheld or has no value is left out. With `minimal` there is no 404 (RFC 8144 2.1).
 */
export function itemOf(resource: Resource, plan: KindPlan, loaded: Loaded, cx: Exchange, minimal: boolean): Item {
  const found: Shown[] = [];
  const missing: Shown[] = [];
  const withheld: Shown[] = [];
  const rights = rightsOver(resource, cx);
  for (const def of plan.declared) {
    const told = plan.named.has(def.name);
    const shown = has(rights, def.needs ?? "r") ? show(def, resource, loaded, cx) : null;
    if (shown) found.push(shown);
    else if (told) (shown === null ? withheld : missing).push({ name: def.name });
  }
  addDead(resource, plan, loaded, { found, missing, withheld }, has(rights, "r"));
  const bare = plan.form === "propname" ? found.map(({ name }) => ({ name })) : found;
  return { href: resource.href, propstats: propstats(bare, minimal ? [] : missing, withheld) };
}

interface Sorted {
  readonly found: Shown[];
  readonly missing: Shown[];
  readonly withheld: Shown[];
}

function addDead(resource: Resource, plan: KindPlan, loaded: Loaded, sorted: Sorted, readable: boolean): void {
  const dead = plan.dead === "none" ? NONE : loaded.dead(resource);
  for (const name of plan.undeclared) {
    const markup = dead.get(name);
    if (!readable) sorted.withheld.push({ name });
    else if (markup === undefined) sorted.missing.push({ name });
    else sorted.found.push({ name, markup });
  }
  if (plan.dead !== "all" || !readable) return;
  for (const [name, markup] of dead) {
    if (!plan.known.has(name as Clark)) sorted.found.push({ name: name as Clark, markup });
  }
}

const NONE: DeadProperties = new Map();

function show(def: AnyProperty, resource: Resource, loaded: Loaded, cx: Exchange): Shown | undefined {
  const { name, source, codec } = def;
  const markup = markupOf(def, resource);
  if (markup !== undefined) return { name, markup };
  const value = computed(source, def, resource, loaded, cx);
  if (value === undefined) return undefined;
  return { name, write: (out) => codec.write(out, value) };
}

function markupOf(def: AnyProperty, resource: Resource): string | undefined {
  if (def.source.from === "stored") {
    return resource.rows === "collection" ? storedElement(resource.collection, def.name) : undefined;
  }
  return def.write ? overlayElement(resource, def.name) : undefined;
}

function computed(
  source: AnyProperty["source"],
  def: AnyProperty,
  resource: Resource,
  loaded: Loaded,
  cx: Exchange,
): unknown {
  if (source.from === "batch") return loaded.batch(def, resource.href);
  return source.from === "stored" ? source.otherwise?.(resource, cx) : source.value(resource, cx);
}

// A response has at least one propstat, even when nothing is left to say (RFC 6578 3.2, RFC 8144 2.1).
function propstats(
  found: readonly Shown[],
  missing: readonly Shown[],
  withheld: readonly Shown[],
): readonly PropStat[] {
  const all: PropStat[] = [];
  if (found.length > 0 || (missing.length === 0 && withheld.length === 0)) all.push({ status: 200, props: found });
  if (missing.length > 0) all.push({ status: 404, props: missing });
  if (withheld.length > 0) all.push({ status: 403, props: withheld });
  return all;
}
