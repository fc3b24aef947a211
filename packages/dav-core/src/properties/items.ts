import type { Exchange, Item } from "../exchange.js";
import { wantsMinimal } from "../headers/prefer.js";
import type { AnyProperty } from "../property.js";
import type { Resource } from "../resource.js";
import { loadDead } from "./dead.js";
import type { Plan } from "./plan.js";
import { itemOf, type Loaded } from "./propstat.js";

/** Responses made at once; between two such batches other requests get their turn. */
const BATCH = 500;

/**
 * The responses for resources whose rows are at hand. Takes one statement for dead properties, only when the plan looks
 * for any, and one for each batch property, however many resources there are.
 */
export async function readItems(resources: readonly Resource[], plan: Plan, cx: Exchange): Promise<readonly Item[]> {
  const make = await itemMaker(resources, plan, cx);
  return resources.map(make);
}

/** The same for a listing that comes in pages; the items of a page are made as they are written. */
export async function* streamItems(
  pages: AsyncIterable<readonly Resource[]> | Iterable<readonly Resource[]>,
  plan: Plan,
  cx: Exchange,
): AsyncGenerator<readonly Item[], void, undefined> {
  for await (const page of pages) {
    const make = await itemMaker(page, plan, cx);
    for (let start = 0; start < page.length; start += BATCH) yield page.slice(start, start + BATCH).map(make);
  }
}

async function itemMaker(
  resources: readonly Resource[],
  plan: Plan,
  cx: Exchange,
): Promise<(resource: Resource) => Item> {
  const minimal = wantsMinimal(cx);
  const dead = await loadDead(resources, plan, cx);
  const batches = await loadBatches(resources, plan, cx);
  const loaded: Loaded = { batch: (def, href) => batches.get(def)?.get(href), dead };
  return (resource) => itemOf(resource, plan.of(resource.kind), loaded, cx, minimal);
}

async function loadBatches(
  resources: readonly Resource[],
  plan: Plan,
  cx: Exchange,
): Promise<ReadonlyMap<AnyProperty, ReadonlyMap<string, unknown>>> {
  const wanted = new Map<AnyProperty, Resource[]>();
  for (const resource of resources) {
    for (const def of plan.of(resource.kind).batches) {
      const list = wanted.get(def);
      if (list) list.push(resource);
      else wanted.set(def, [resource]);
    }
  }
  const values = new Map<AnyProperty, ReadonlyMap<string, unknown>>();
  for (const [def, list] of wanted) {
    if (def.source.from === "batch") values.set(def, await def.source.load(list, cx.services.db, cx));
  }
  return values;
}
