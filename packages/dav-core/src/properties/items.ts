import type { Octets } from "@kalends/dav-xml";
import type { Answer, Exchange, Item } from "../exchange.js";
import { wantsMinimal } from "../headers/prefer.js";
import type { AnyProperty } from "../property.js";
import type { CollectionRow, Kind, Resource } from "../resource.js";
import { loadDead } from "./dead.js";
import type { Plan } from "./plan.js";
import { itemOf, type Loaded } from "./propstat.js";
import { type ResponseText, responseText } from "./response-text.js";

/** Responses made at once; between two such batches other requests get their turn. */
const BATCH = 500;

/**
 * The responses for resources whose rows are at hand, to look at. Takes one statement for dead properties, only when the
 * plan looks for any, and one for each batch property, however many resources there are.
 */
export async function readItems(resources: readonly Resource[], plan: Plan, cx: Exchange): Promise<readonly Item[]> {
  const minimal = wantsMinimal(cx);
  const loaded = await load(resources, plan, cx);
  return resources.map((resource) => itemOf(resource, plan.of(resource.kind), loaded, cx, minimal));
}

/** The same to be sent: those of members are text already, where that is possible. */
export async function readAnswers(
  resources: readonly Resource[],
  plan: Plan,
  cx: Exchange,
): Promise<readonly Answer[]> {
  return resources.map(await answerMaker(resources, plan, cx));
}

/** A resource, or its response. */
export type Told = Resource | Octets;

/** The same for a listing that comes in pages; the answers of a page are made as they are written. */
export async function* streamItems(
  pages: AsyncIterable<readonly Told[]> | Iterable<readonly Told[]>,
  plan: Plan,
  cx: Exchange,
): AsyncGenerator<readonly Answer[], void, undefined> {
  for await (const page of pages) {
    const make = await answerMaker(page, plan, cx);
    if (page.length <= BATCH) yield page.map(make);
    else for (let start = 0; start < page.length; start += BATCH) yield page.slice(start, start + BATCH).map(make);
  }
}

/** Reads the first batch at once, so that its trouble still becomes a status of the whole answer. */
export async function startingWithFirst<T>(batches: AsyncGenerator<T, void, undefined>): Promise<AsyncGenerator<T>> {
  const first = await batches.next();
  return (async function* () {
    if (!first.done) yield first.value;
    yield* batches;
  })();
}

async function answerMaker(told: readonly Told[], plan: Plan, cx: Exchange): Promise<(one: Told) => Answer> {
  const minimal = wantsMinimal(cx);
  const resources = told.filter((one) => typeof one !== "string");
  const loaded = await load(resources, plan, cx);
  const textFor = ofOneCollection((collection, kind) => responseText(collection, plan.of(kind), loaded, cx, minimal));
  const text = (resource: Resource): Octets | undefined =>
    resource.rows === "member" && !resource.member.reduced
      ? textFor(resource.collection, resource.kind)?.(resource)
      : undefined;
  return (one) => (typeof one === "string" ? one : (text(one) ?? itemOf(one, plan.of(one.kind), loaded, cx, minimal)));
}

/** Members come collection by collection: what was made for the last one is kept. */
function ofOneCollection(make: (collection: CollectionRow, kind: Kind) => ResponseText | undefined) {
  let last: {
    readonly collection: CollectionRow;
    readonly kind: Kind;
    readonly text: ResponseText | undefined;
  } | null = null;
  return (collection: CollectionRow, kind: Kind): ResponseText | undefined => {
    if (last?.collection !== collection || last.kind !== kind)
      last = { collection, kind, text: make(collection, kind) };
    return last.text;
  };
}

async function load(resources: readonly Resource[], plan: Plan, cx: Exchange): Promise<Loaded> {
  const dead = await loadDead(resources, plan, cx);
  const batches = await loadBatches(resources, plan, cx);
  return { batch: (def, href) => batches.get(def)?.get(href), dead };
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
