import { type JComponent, type JProperty, properties, text } from "../jcal.js";
import { canonical, said } from "./canonical.js";

/** The smallest part of a component that is taken from one side as a whole. */
export interface Unit {
  /** Equal for units that mean the same. */
  readonly said: string;
  readonly properties: readonly JProperty[];
  readonly parts: readonly JComponent[];
}

/** Say which component it is, not what is in it. */
const IDENTITY: ReadonlySet<string> = new Set(["uid", "recurrence-id"]);

/** Grow by themselves: the higher one is taken, and no change is seen in the first three alone. */
export const STAMPS: readonly string[] = Object.freeze(["dtstamp", "last-modified", "created", "sequence"]);
export const REMARKS: ReadonlySet<string> = new Set(["dtstamp", "last-modified", "created"]);

/** Properties that make sense only together. */
const GROUPS: Readonly<Record<string, ReadonlySet<string>>> = {
  time: new Set(["dtstart", "dtend", "due", "duration", "rrule", "exrule"]),
  progress: new Set(["status", "completed", "percent-complete"]),
};

/** Lists of values: each value stands for itself. */
const LISTS: ReadonlySet<string> = new Set(["categories", "resources", "exdate", "rdate"]);

/** Properties there may be many of: each stands for itself. */
const MANY: ReadonlySet<string> = new Set([
  "attach",
  "comment",
  "conference",
  "contact",
  "image",
  "related-to",
  "request-status",
  "structured-data",
  "styled-description",
]);

const groupOf = (name: string, component: string): string | undefined =>
  Object.keys(GROUPS).find((group) => GROUPS[group]?.has(name) && (group === "time" || component === "vtodo"));

const addressOf = (property: JProperty): string => String(property[3]).trim().toLowerCase();

/** The key of the unit that a property belongs to. */
function keyOf(property: JProperty, component: string): string {
  const [name] = property;
  const group = groupOf(name, component);
  if (group !== undefined) return group;
  if (name === "attendee") return `attendee ${addressOf(property)}`;
  return MANY.has(name) || LISTS.has(name) ? `${name} ${said(property)}` : name;
}

const singly = (property: JProperty): readonly JProperty[] => {
  const [name, params, type, ...values] = property;
  return LISTS.has(name) ? values.map((value): JProperty => [name, params, type, value]) : [property];
};

function partKey(part: JComponent): string {
  const uid = text(part, "uid") ?? text(part, "x-wr-alarmuid");
  return `${part[0]} ${uid ?? canonical(part)}`;
}

/** A component as units by key, in order; stamps and what identifies it are left out. */
export function unitsOf(component: JComponent): ReadonlyMap<string, Unit> {
  const [type, all, parts] = component;
  const units = new Map<string, Unit>();
  const add = (key: string, unit: Unit) => {
    const before = units.get(key);
    units.set(key, before === undefined ? unit : joined(before, unit));
  };
  for (const property of all.flatMap(singly)) {
    const [name] = property;
    if (IDENTITY.has(name) || STAMPS.includes(name)) continue;
    add(keyOf(property, type), { said: `${name} ${said(property)}`, properties: [property], parts: [] });
  }
  for (const part of parts) add(partKey(part), { said: canonical(part), properties: [], parts: [part] });
  return units;
}

/** The order of the properties of a group does not count. */
const joined = (a: Unit, b: Unit): Unit => ({
  said: [...a.said.split("\n"), b.said].sort().join("\n"),
  properties: [...a.properties, ...b.properties],
  parts: [...a.parts, ...b.parts],
});

/** Values of lists are put into one property again where they say the same besides: some programs read only the first. */
export function withLists(all: readonly JProperty[]): JProperty[] {
  const lists = new Map<string, JProperty>();
  return all.flatMap((property) => {
    const [name, params, type, ...values] = property;
    if (!LISTS.has(name)) return [property];
    const key = `${name} ${canonical([params, type])}`;
    const list = lists.get(key);
    if (list !== undefined) {
      list.push(...values);
      return [];
    }
    const begun: JProperty = [name, params, type, ...values];
    lists.set(key, begun);
    return [begun];
  });
}

/** The properties that identify a component. */
export const identityOf = ([, all]: JComponent): readonly JProperty[] => all.filter(([name]) => IDENTITY.has(name));

/** The higher of two stamps, the one that is there, or none. */
export function higherStamp(name: string, a: JComponent, b: JComponent): readonly JProperty[] {
  const [one] = properties(a, name);
  const [other] = properties(b, name);
  if (one === undefined || other === undefined) return [one ?? other].filter((each) => each !== undefined);
  return [isHigher(other[3], one[3]) ? other : one];
}

const isHigher = (a: unknown, b: unknown): boolean =>
  typeof a === "number" && typeof b === "number" ? a > b : String(a) > String(b);
