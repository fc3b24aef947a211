import type { XmlElement } from "@kalends/dav-xml";
import { PropfindFiniteDepth } from "../conditions.js";
import type { Exchange } from "../exchange.js";
import type { MethodDef, Need, Registry } from "../extension.js";
import { type Depth, parseDepth } from "../headers/depth.js";
import { parsePreferences, preferenceHeaders } from "../headers/prefer.js";
import { type FileResource, listTree } from "../properties/files.js";
import { startingWithFirst, streamItems, type Told } from "../properties/items.js";
import { listTold } from "../properties/listing.js";
import { type Plan, plan } from "../properties/plan.js";
import { decodePropfind } from "../properties/request.js";
import { refuse, refuseStatus } from "../refusal.js";
import type { Resource, Target } from "../resource.js";

const isCollection = (at: Resource): boolean =>
  at.rows === "collection" || at.rows === "virtual" || (at.rows === "file" && at.file.isFolder);

const tooDeep = (note: string): never => refuse(PropfindFiniteDepth, undefined, note);

/**
 * Without the header the depth is infinity, which collections refuse, folders of files answer within a limit; elsewhere
 * Depth means nothing (RFC 4918 9.1).
 */
function depthOf(at: Resource, cx: Exchange): Depth {
  const depth = parseDepth(cx.headers.get("depth"), "infinity");
  if (!isCollection(at)) return { depth: 0, noroot: false };
  if (depth.depth === "infinity" && at.rows !== "file") return tooDeep("Depth must be 0 or 1 here.");
  const noroot = depth.noroot || (depth.depth === 1 && parsePreferences(cx.headers).depthNoroot);
  return { depth: depth.depth, noroot };
}

/** Lookup opens the name-like properties of one resource; a listing takes Select. */
function needs(target: Target, cx: Exchange): readonly Need[] {
  if (!target.mapped) return [];
  const wide = isCollection(target.resource) && cx.headers.get("depth")?.trim() !== "0";
  return [{ right: wide ? "r" : "l", on: "self" }];
}

/** The resource itself and its first page together, so that what takes a statement of its own takes one for both. */
async function* pages(
  at: Resource,
  depth: Depth,
  compiled: Plan,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Told[], void, undefined> {
  let self: readonly Told[] = depth.noroot ? [] : [at];
  if (depth.depth === "infinity" && at.rows === "file") {
    yield [...self, ...(await wholeTree(at, cx))];
    return;
  }
  if (depth.depth === 1) {
    for await (const page of listTold(at, compiled, cx, registry)) {
      yield [...self, ...page];
      self = [];
    }
  }
  if (self.length > 0) yield self;
}

async function wholeTree(at: FileResource, cx: Exchange): Promise<readonly Resource[]> {
  const { filesPerListing } = cx.services.limits;
  const found: Resource[] = [];
  for await (const page of listTree(at, cx)) {
    found.push(...page);
    if (found.length > filesPerListing) tooDeep("There is too much in here to be told at once.");
  }
  return found;
}

const plans = new WeakMap<Registry, WeakMap<XmlElement, Plan>>();

/** What a body asks for. Programs send the same few all day, and the reader gives the same element for them. */
function planOf(body: XmlElement | null, registry: Registry): Plan {
  if (body === null) return plan(decodePropfind(null), registry);
  const known = plans.get(registry) ?? new WeakMap<XmlElement, Plan>();
  plans.set(registry, known);
  const compiled = known.get(body) ?? plan(decodePropfind(body), registry);
  known.set(body, compiled);
  return compiled;
}

/** PROPFIND with Depth 0 and 1, in file areas also infinity (RFC 4918 9.1); Depth 0 is answered from the resolved row. */
export const propfind: MethodDef = {
  verb: "PROPFIND",
  on: ["*"],
  spec: "RFC 4918 9.1",
  needs,
  async handle({ target }, cx, registry) {
    if (!target.mapped) return refuseStatus(404, "There is nothing here.");
    const at = target.resource;
    const depth = depthOf(at, cx);
    const compiled = planOf(await cx.xml(), registry);
    const { minimal, depthNoroot } = parsePreferences(cx.headers);
    const items = await startingWithFirst(streamItems(pages(at, depth, compiled, cx, registry), compiled, cx));
    const honoured = { minimal, depthNoroot: depthNoroot && depth.noroot };
    return { kind: "multistatus", status: 207, items, headers: preferenceHeaders(honoured) };
  },
};
