import { ALL_RIGHTS, has, limitedOn, maskOf, privilegeOf, type Right, type RightsMask } from "@kalends/acl";
import { type Clark, dav } from "@kalends/dav-xml";
import { NeedPrivileges } from "../conditions.js";
import type { Exchange, Item, PropStat } from "../exchange.js";
import type { AnyProperty } from "../property.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";
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
  if ("collection" in resource) return resource.collection.rights;
  const isSelf = resource.rows === "principal" && cx.by?.id === resource.principal.id;
  return limitedOn(isSelf ? ALL_RIGHTS : OPEN_TO_ALL, cx.by?.limit ?? null);
}

/** Properties of one resource by what became of them. */
interface Sorted {
  readonly found: Shown[];
  readonly missing: Shown[];
  /** Withheld, with the right that is missing. */
  readonly withheld: Map<Clark, Right>;
  /** Could not be made, each for its own reason. */
  readonly failed: Map<Clark, Refusal>;
}

/**
 * Makes the response for one resource: found in 200, unknown in 404, withheld in 403, each name once (RFC 4918 9.1).
 * Under allprop and propname what is withheld or has no value is left out. With `minimal` there is no 404 (RFC 8144 2.1).
 */
export function itemOf(resource: Resource, plan: KindPlan, loaded: Loaded, cx: Exchange, minimal: boolean): Item {
  const sorted: Sorted = { found: [], missing: [], withheld: new Map(), failed: new Map() };
  const rights = rightsOver(resource, cx);
  for (const def of plan.declared) sortIn(def, resource, plan, loaded, rights, cx, sorted);
  addDead(resource, plan, loaded, sorted, has(rights, "r"));
  return { href: resource.href, propstats: propstats(sorted, resource.href, plan.form === "propname", minimal) };
}

function sortIn(
  def: AnyProperty,
  resource: Resource,
  plan: KindPlan,
  loaded: Loaded,
  rights: RightsMask,
  cx: Exchange,
  sorted: Sorted,
): void {
  const { name, needs = "r" } = def;
  const told = plan.named.has(name);
  if (!has(rights, needs)) {
    if (told) sorted.withheld.set(name, needs);
    return;
  }
  try {
    const shown = show(def, resource, loaded, cx);
    if (shown) sorted.found.push(shown);
    else if (told) sorted.missing.push({ name });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (told) sorted.failed.set(name, error.refusal);
  }
}

function addDead(resource: Resource, plan: KindPlan, loaded: Loaded, sorted: Sorted, readable: boolean): void {
  const dead = plan.dead === "none" ? NONE : loaded.dead(resource);
  for (const name of plan.undeclared) {
    const markup = dead.get(name);
    if (!readable) sorted.withheld.set(name, "r");
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

const privilegeToRead = (right: Right): Clark => (right === "a" ? dav("read-acl") : privilegeOf(right));

function withheldStat(withheld: ReadonlyMap<Clark, Right>, href: string): PropStat {
  const missing = [...new Set(withheld.values())].map((right) => ({ href, privilege: privilegeToRead(right) }));
  return {
    status: 403,
    refusal: refusalOf(NeedPrivileges, missing),
    props: [...withheld.keys()].map((name) => ({ name })),
  };
}

// A response has at least one propstat, even when nothing is left to say (RFC 6578 3.2, RFC 8144 2.1).
function propstats(sorted: Sorted, href: string, namesAlone: boolean, minimal: boolean): readonly PropStat[] {
  const { found, withheld, failed } = sorted;
  const missing = minimal ? [] : sorted.missing;
  const other: PropStat[] = [];
  if (missing.length > 0) other.push({ status: 404, props: missing });
  if (withheld.size > 0) other.push(withheldStat(withheld, href));
  for (const [name, refusal] of failed) other.push({ status: refusal.status, refusal, props: [{ name }] });
  if (found.length === 0 && other.length > 0) return other;
  return [{ status: 200, props: namesAlone ? found.map(({ name }) => ({ name })) : found }, ...other];
}
