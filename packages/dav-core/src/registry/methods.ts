import type { KindDef, MethodDef } from "../extension.js";
import type { Kind, Target } from "../resource.js";
import { RegistryFault } from "./checks.js";
import { exactness } from "./exactness.js";

export interface MethodTable {
  method(verb: string, target: Target): MethodDef | undefined;
  knowsVerb(verb: string): boolean;
  readonly all: readonly string[];
  /** For the `Allow` header of a kind. */
  verbs(kind: Kind): readonly string[];
  /** For the `Allow` header where nothing is mapped, in a collection of this kind or in none. */
  unmappedVerbs(parent: Kind | null): readonly string[];
}

const ORDER = [
  "OPTIONS",
  "GET",
  "HEAD",
  "PUT",
  "DELETE",
  "COPY",
  "MOVE",
  "POST",
  "PROPFIND",
  "PROPPATCH",
  "ACL",
  "REPORT",
  "MKCOL",
  "MKCALENDAR",
  "LOCK",
  "UNLOCK",
];
const rank = (verb: string): number => (ORDER.includes(verb) ? ORDER.indexOf(verb) : ORDER.length);
const listed = (verbs: Iterable<string>): readonly string[] =>
  Object.freeze([...new Set(verbs)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)));

/** Where it would apply, and how exactly; 0 = not at all. A method without `inside` is the least exact. */
const fit = {
  mapped: (def: MethodDef, kind: KindDef): number => (def.on === "unmapped" ? 0 : exactness(def.on, kind)),
  inside: (def: MethodDef, kind: KindDef): number => {
    if (def.on !== "unmapped") return 0;
    return def.inside ? exactness(def.inside, kind) : 0.5;
  },
  nowhere: (def: MethodDef): number => (def.on === "unmapped" && !def.inside ? 1 : 0),
};

type Verbs = ReadonlyMap<string, MethodDef>;

function best(where: string, methods: readonly MethodDef[], fits: (def: MethodDef) => number): Verbs {
  const found = new Map<string, MethodDef>();
  for (const def of methods) {
    const other = found.get(def.verb);
    const ahead = fits(def) - (other ? fits(other) : 0);
    if (fits(def) === 0 || ahead < 0) continue;
    if (ahead === 0) throw new RegistryFault(`${def.verb} has two owners ${where}`);
    found.set(def.verb, def);
  }
  return found;
}

const withHead = (verbs: Verbs): readonly string[] => listed([...verbs.keys(), ...(verbs.has("GET") ? ["HEAD"] : [])]);

/** Finds the method for a verb; HEAD is GET without its body. POST exists only where some POST is declared. */
export function methodTable(
  kinds: readonly KindDef[],
  methods: readonly MethodDef[],
  takesPost: (kind: Kind) => boolean,
): MethodTable {
  const mapped = new Map<Kind, Verbs>();
  const inside = new Map<Kind, Verbs>();
  for (const kind of kinds) {
    const offered = methods.filter((def) => def.verb !== "POST" || takesPost(kind.kind) || fit.mapped(def, kind) === 3);
    mapped.set(
      kind.kind,
      best(`on ${kind.kind}`, offered, (def) => fit.mapped(def, kind)),
    );
    inside.set(
      kind.kind,
      best(`inside ${kind.kind}`, methods, (def) => fit.inside(def, kind)),
    );
  }
  const nowhere = best("where nothing is mapped", methods, fit.nowhere);
  const none: Verbs = new Map();
  const known = new Set([...methods.map((def) => def.verb), "HEAD"]);

  function verbsAt(target: Target): Verbs {
    if (target.mapped) return mapped.get(target.resource.kind) ?? none;
    return target.parent ? (inside.get(target.parent.kind) ?? none) : nowhere;
  }
  return {
    method: (verb, target) => verbsAt(target).get(verb === "HEAD" ? "GET" : verb),
    knowsVerb: (verb) => known.has(verb),
    all: listed(known),
    verbs: (kind) => withHead(mapped.get(kind) ?? none),
    unmappedVerbs: (parent) => withHead(parent === null ? nowhere : (inside.get(parent) ?? none)),
  };
}
