import { attr, type Clark, children, clarkOfValues, DAV_NS, dav, type XmlElement, type XmlOut } from "@kalends/dav-xml";
import { NumberOfMatchesWithinLimits } from "../conditions.js";
import type { Exchange, Item, PropStat } from "../exchange.js";
import type { Registry, ReportDef } from "../extension.js";
import { preferenceHeaders, wantsMinimal } from "../headers/prefer.js";
import { multistatus, writeItem } from "../multistatus.js";
import { readItems } from "../properties/items.js";
import { plan } from "../properties/plan.js";
import { foundIn, hrefsIn, valueElement } from "../properties/value-element.js";
import { refuse, refuseStatus } from "../refusal.js";
import { resolveHrefs } from "../resolve/by-href.js";
import type { Resource } from "../resource.js";

/** A property, and what to tell of the resources its hrefs name; nothing nested = leave the hrefs as they are. */
export interface Expansion {
  readonly name: Clark;
  readonly nested: readonly Expansion[];
}

const PROPERTY = dav("property");
const HREF = dav("href");

function expansionOf(el: XmlElement): Expansion {
  const local = attr(el, "name") ?? refuseStatus(400, "A property without name.");
  return {
    name: clarkOfValues(attr(el, "namespace") ?? DAV_NS, local),
    nested: children(el, PROPERTY).map(expansionOf),
  };
}

/** How many hrefs one request may follow, and how deep. */
const HREFS = 1000;
const LEVELS = 6;

interface Walk {
  readonly cx: Exchange;
  readonly registry: Registry;
  followed: number;
}

/** Each level takes the statements of its listing and of one look-up of hrefs, however many resources there are. */
async function expand(
  resources: readonly Resource[],
  wanted: readonly Expansion[],
  level: number,
  walk: Walk,
): Promise<readonly Item[]> {
  const names = [...new Set(wanted.map(({ name }) => name))];
  const items = await readItems(resources, plan({ form: "prop", names }, walk.registry), walk.cx);
  const deeper = level < LEVELS ? wanted.filter(({ nested }) => nested.length > 0) : [];
  if (deeper.length === 0) return items;
  const values = new Map(deeper.map(({ name }) => [name, items.map((item) => elementOf(item, name))]));
  const named = new Map(
    [...values].map(([name, list]) => [name, new Set(list.flatMap((el) => (el ? hrefsIn(el) : [])))]),
  );
  const all = new Set([...named.values()].flatMap((hrefs) => [...hrefs]));
  walk.followed += all.size;
  if (walk.followed > HREFS) refuse(NumberOfMatchesWithinLimits, undefined, "Too many resources to expand.");
  const found = await resolveHrefs(all, walk.cx, walk.registry);
  const answers = new Map<Clark, ReadonlyMap<string, Item>>();
  for (const { name, nested } of deeper) {
    answers.set(name, await answersFor(named.get(name) ?? [], found, nested, level, walk));
  }
  return items.map((item, i) => ({
    ...item,
    propstats: item.propstats?.map((stat) => replaced(stat, i, values, answers)) ?? [],
  }));
}

function elementOf(item: Item, name: Clark): XmlElement | undefined {
  const shown = foundIn(item, name);
  return shown && valueElement(shown);
}

async function answersFor(
  hrefs: Iterable<string>,
  found: ReadonlyMap<string, Resource>,
  nested: readonly Expansion[],
  level: number,
  walk: Walk,
): Promise<ReadonlyMap<string, Item>> {
  const all = [...hrefs];
  const there = all.flatMap((href) => found.get(href) ?? []);
  const items = await expand(there, nested, level + 1, walk);
  const answers = new Map<string, Item>(all.map((href) => [href, { href, status: 404 }]));
  for (const item of items) answers.set(item.href, item);
  return answers;
}

function replaced(
  stat: PropStat,
  index: number,
  values: ReadonlyMap<Clark, readonly (XmlElement | undefined)[]>,
  answers: ReadonlyMap<Clark, ReadonlyMap<string, Item>>,
): PropStat {
  if (stat.status !== 200) return stat;
  const props = stat.props.map((shown) => {
    const el = values.get(shown.name)?.[index];
    const told = answers.get(shown.name);
    return el && told ? { name: shown.name, write: (out: XmlOut) => writeExpanded(out, el, told) } : shown;
  });
  return { ...stat, props };
}

/** The content of a value, with a response in the place of each href. */
function writeExpanded(out: XmlOut, el: XmlElement, answers: ReadonlyMap<string, Item>): void {
  for (const piece of el.content) {
    if (typeof piece === "string") {
      out.text(piece);
      continue;
    }
    const answer = piece.name === HREF ? answers.get(piece.text.trim()) : undefined;
    if (answer) writeItem(out, answer);
    else {
      out.open(piece.name, Object.fromEntries(piece.attrs));
      writeExpanded(out, piece, answers);
      out.close();
    }
  }
}

/** Properties of the resources that properties name, in one answer (RFC 3253 3.8). */
export const expandProperty: ReportDef<readonly Expansion[]> = {
  name: dav("expand-property"),
  spec: "RFC 3253 3.8",
  on: ["*"],
  needs: [{ right: "r", on: "self" }],
  decode: (root) => children(root, PROPERTY).map(expansionOf),
  async run(wanted, { target }, cx, registry) {
    const items = await expand([target], wanted, 0, { cx, registry, followed: 0 });
    return multistatus(items, { headers: preferenceHeaders({ minimal: wantsMinimal(cx) }) });
  },
};
