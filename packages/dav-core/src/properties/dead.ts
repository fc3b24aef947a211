import { raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Resource } from "../resource.js";
import type { Plan } from "./plan.js";

/** Dead properties of a resource: name and whole element. */
export type DeadProperties = ReadonlyMap<string, string>;

type DeadCell = readonly [collection: number, name: string, property: string, xml: string];

const NONE: DeadProperties = new Map();

/** Reads what the plan looks for, for all resources with one statement; none when it looks for nothing. */
export async function loadDead(
  resources: readonly Resource[],
  plan: Plan,
  cx: Exchange,
): Promise<(resource: Resource) => DeadProperties> {
  const seekers = resources.filter((each) => plan.of(each.kind).dead !== "none" && !isReduced(each));
  if (seekers.length === 0) return () => NONE;
  const row = await cx.services.db.one<{ cells: string }>(sql`
    select coalesce(json_agg(json_build_array(collection_id, name, property, xml) order by property), '[]')::text as cells
    from dead_property where ${whereDead(seekers, plan)}`);
  const found = new Map<string, Map<string, string>>();
  for (const [collection, name, property, xml] of JSON.parse(row?.cells ?? "[]") as readonly DeadCell[]) {
    const key = `${collection} ${name}`;
    const properties = found.get(key) ?? new Map<string, string>();
    found.set(key, properties.set(property, xml));
  }
  return (resource) =>
    (isReduced(resource) ? undefined : found.get(`${collectionIds(resource)[0] ?? 0} ${memberName(resource)}`)) ?? NONE;
}

/** What others noted down about an object that is seen in part may say what is not shown. */
const isReduced = (resource: Resource): boolean => resource.rows === "member" && resource.member.reduced === true;

// Beyond this the names are left out of the statement: a whole listing reads the whole collection anyway.
const NAMES_IN_STATEMENT = 500;

function whereDead(seekers: readonly Resource[], plan: Plan): Sql {
  const collections = [...new Set(seekers.flatMap(collectionIds))];
  const names = [...new Set(seekers.map(memberName))];
  const plans = [...new Set(seekers.map(({ kind }) => kind))].map((kind) => plan.of(kind));
  const properties = plans.some(({ dead }) => dead === "all")
    ? raw("true")
    : sql`property = any(${[...new Set(plans.flatMap(({ undeclared }) => undeclared))]}::text[])`;
  const members = names.length > NAMES_IN_STATEMENT ? raw("true") : sql`name = any(${names}::text[])`;
  return sql`collection_id = any(${collections}::bigint[]) and ${members} and ${properties}`;
}

const collectionIds = (resource: Resource): readonly number[] =>
  "collection" in resource ? [resource.collection.id] : [];

/** The name dead properties are filed under; a collection's own have the empty one. */
export function memberName(resource: Resource): string {
  if (resource.rows === "file") return resource.path;
  return resource.rows === "member" ? resource.name : "";
}
