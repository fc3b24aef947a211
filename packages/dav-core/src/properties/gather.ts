import { privilegeOf } from "@kalends/acl";
import { type Clark, XmlFault, xmlToString } from "@kalends/dav-xml";
import { CannotModifyProtectedProperty, NeedPrivileges } from "../conditions.js";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import type { AnyProperty, PropertyWrite } from "../property.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";
import type { Kind, Rows } from "../resource.js";
import { bearsDead, mayBeDead } from "./dead-names.js";
import type { Instruction } from "./instructions.js";

/** Where the values would go, and what the asker may do there. */
export interface Ground {
  readonly kind: Kind;
  readonly rows: Rows;
  readonly href: string;
  readonly when: "set" | "create";
  /** The asker holds the right to change properties for everybody. */
  readonly writable: boolean;
  /** The collection is reached through the asker's own binding of somebody else's: some values are kept there. */
  readonly personal: boolean;
}

/** Column values of a collection; undefined = as they are, null = none. */
export interface ColumnChange {
  displayName?: string | null;
  description?: string | null;
  timezone?: string | null;
  components?: readonly string[];
}

/** What a list of instructions amounts to; elements as markup, null = removed. Nothing is written yet. */
export interface Gathered {
  readonly names: ReadonlySet<Clark>;
  readonly failures: ReadonlyMap<Clark, Refusal>;
  readonly columns: Readonly<ColumnChange>;
  readonly props: ReadonlyMap<Clark, string | null>;
  readonly overlay: ReadonlyMap<Clark, string | null>;
  readonly dead: ReadonlyMap<Clark, string | null>;
  /** Properties with statements of their own, and their values. */
  readonly own: ReadonlyMap<AnyProperty, Instruction["element"]>;
}

interface Growing extends Gathered {
  readonly names: Set<Clark>;
  readonly failures: Map<Clark, Refusal>;
  readonly columns: ColumnChange;
  readonly props: Map<Clark, string | null>;
  readonly overlay: Map<Clark, string | null>;
  readonly dead: Map<Clark, string | null>;
  readonly own: Map<AnyProperty, Instruction["element"]>;
}

/** Takes instructions in document order; the last one for a name wins, the first trouble with it is told (RFC 4918 9.2). */
export function gather(
  instructions: readonly Instruction[],
  ground: Ground,
  cx: Exchange,
  registry: Pick<Registry, "property">,
): Gathered {
  const gathered: Growing = {
    names: new Set(),
    failures: new Map(),
    columns: {},
    props: new Map(),
    overlay: new Map(),
    dead: new Map(),
    own: new Map(),
  };
  for (const instruction of instructions) {
    const { name } = instruction;
    gathered.names.add(name);
    const failure = attempt(() => take(instruction, ground, registry.property(name, ground.kind), gathered, cx));
    if (failure && !gathered.failures.has(name)) gathered.failures.set(name, failure);
  }
  return gathered;
}

function attempt(step: () => Refusal | undefined): Refusal | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    if (error instanceof XmlFault) return { status: 409, note: error.message };
    throw error;
  }
}

const guarded = refusalOf(CannotModifyProtectedProperty, undefined);

function take(
  instruction: Instruction,
  ground: Ground,
  def: AnyProperty | undefined,
  into: Growing,
  cx: Exchange,
): Refusal | undefined {
  const { name, element } = instruction;
  if (!def) return takeDead(instruction, ground, into);
  const { write } = def;
  if (!write || (write.when !== "both" && write.when !== ground.when)) return guarded;
  const personal = ground.personal && isPersonal(write);
  if (!ground.writable && !personal && write.store.column !== "none") return missing(ground);
  write.check?.(element, ground.kind, cx);
  if (personal) into.overlay.set(name, element && xmlToString(element));
  else put(def, write.store, element, into);
  return undefined;
}

function takeDead({ name, element }: Instruction, ground: Ground, into: Growing): Refusal | undefined {
  if (!bearsDead(ground.rows) || !mayBeDead(name)) return guarded;
  if (!ground.writable) return missing(ground);
  into.dead.set(name, element && xmlToString(element));
  return undefined;
}

const missing = ({ href }: Ground): Refusal => refusalOf(NeedPrivileges, [{ href, privilege: privilegeOf("w") }]);

/** A sharee's name, description and time zone are his own, as is what its package declares to be. */
function isPersonal({ store }: PropertyWrite): boolean {
  if (store.column === "props") return store.perPerson === true;
  return store.column === "display_name" || store.column === "description" || store.column === "timezone";
}

function put(def: AnyProperty, store: PropertyWrite["store"], element: Instruction["element"], into: Growing): void {
  switch (store.column) {
    case "display_name":
      into.columns.displayName = element && store.text(element);
      return;
    case "description":
      into.columns.description = element && store.text(element);
      return;
    case "timezone":
      into.columns.timezone = element && store.text(element);
      return;
    case "components":
      into.columns.components = element ? store.list(element) : [];
      return;
    case "props":
      into.props.set(def.name, element && xmlToString(element));
      return;
    case "own":
      into.own.set(def, element);
      return;
    case "none":
      return;
  }
}

/** The elements to keep, as the JSON text of an object by name. */
export function keptJson(elements: ReadonlyMap<Clark, string | null>): string {
  return JSON.stringify(Object.fromEntries([...elements].filter(([, markup]) => markup !== null)));
}

/** The names to take away. */
export const removedNames = (elements: ReadonlyMap<Clark, string | null>): readonly Clark[] =>
  [...elements].filter(([, markup]) => markup === null).map(([name]) => name);
