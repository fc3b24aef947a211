import type { Clark } from "@kalends/dav-xml";
import type { Registry } from "../extension.js";
import type { AnyProperty, MemberColumn } from "../property.js";
import type { Kind } from "../resource.js";
import { bearsDead, mayBeDead } from "./dead-names.js";
import type { PropRequest } from "./request.js";

/** What a request means for the resources of one kind. */
export interface KindPlan {
  readonly kind: Kind;
  readonly form: PropRequest["form"];
  /** Properties to answer, in the order asked. */
  readonly declared: readonly AnyProperty[];
  /** All names answered by declarations or asked by name. */
  readonly known: ReadonlySet<Clark>;
  /** Asked by name: what is missing or withheld is told. */
  readonly named: ReadonlySet<Clark>;
  /** Asked by name and declared by nobody here: a dead property, or 404. */
  readonly undeclared: readonly Clark[];
  /** Member columns to read. */
  readonly columns: ReadonlySet<MemberColumn>;
  /** Properties that take one statement each for all rows together. */
  readonly batches: readonly AnyProperty[];
  /** Dead properties to look up. */
  readonly dead: "none" | "named" | "all";
}

/** A request compiled for whatever kinds the answer turns out to hold. */
export interface Plan {
  readonly request: PropRequest;
  of(kind: Kind): KindPlan;
}

/** Properties of one request only, such as `C:calendar-data` with its parameters; they win over the registry's. */
export interface PlanOptions {
  readonly extra?: readonly AnyProperty[];
}

type Declarations = Pick<Registry, "property" | "propertiesOf" | "kind">;

/** Compiles a request; pure, so it can be tested by table. What is not asked costs nothing. */
export function plan(request: PropRequest, registry: Declarations, { extra = [] }: PlanOptions = {}): Plan {
  const plans = new Map<Kind, KindPlan>();
  return {
    request,
    of(kind) {
      const known = plans.get(kind) ?? planKind(kind, request, registry, extra);
      plans.set(kind, known);
      return known;
    },
  };
}

/** Several kinds at once: the columns that a listing of all of them reads. */
export function columnsOf(compiled: Plan, kinds: readonly Kind[]): ReadonlySet<MemberColumn> {
  return new Set(kinds.flatMap((kind) => [...compiled.of(kind).columns]));
}

function planKind(kind: Kind, request: PropRequest, registry: Declarations, extra: readonly AnyProperty[]): KindPlan {
  const named = new Set(request.form === "prop" ? request.names : request.form === "allprop" ? request.include : []);
  const lookUp = (name: Clark) => extra.find((def) => def.name === name) ?? registry.property(name, kind);
  const declared = new Map<Clark, AnyProperty>();
  for (const def of defaults(kind, request, registry)) declared.set(def.name, def);
  for (const name of named) {
    const def = lookUp(name);
    if (def) declared.set(name, def);
  }
  const undeclared = [...named].filter((name) => !declared.has(name));
  const all = [...declared.values()];
  return Object.freeze({
    kind,
    form: request.form,
    declared: all,
    known: new Set([...declared.keys(), ...named]),
    named,
    undeclared,
    columns: new Set(all.flatMap(columnsRead)),
    batches: all.filter(({ source }) => source.from === "batch"),
    dead: deadIn(kind, request, undeclared, registry),
  });
}

function defaults(kind: Kind, request: PropRequest, registry: Declarations): readonly AnyProperty[] {
  if (request.form === "prop") return [];
  const all = registry.propertiesOf(kind);
  return request.form === "propname" ? all : all.filter(({ allprop }) => allprop);
}

const columnsRead = ({ source }: AnyProperty): readonly MemberColumn[] =>
  source.from === "stored" ? [] : (source.columns ?? []);

function deadIn(
  kind: Kind,
  request: PropRequest,
  undeclared: readonly Clark[],
  registry: Declarations,
): KindPlan["dead"] {
  const { rows } = registry.kind(kind);
  if (!bearsDead(rows)) return "none";
  if (request.form !== "prop") return "all";
  return undeclared.some(mayBeDead) ? "named" : "none";
}
