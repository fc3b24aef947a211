import { type Clark, dav, type XmlElement, XmlFault, xmlToString } from "@kalends/dav-xml";
import type { Sql } from "@kalends/store";
import { CannotModifyProtectedProperty, QuotaNotExceeded } from "../conditions.js";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import type { PropertyWrite } from "../property.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";
import type { Kind, Resource } from "../resource.js";

type Column = "display_name" | "description" | "timezone";

/** What a new collection starts with. */
export interface InitialValues {
  readonly columns: ReadonlyMap<Column, string>;
  readonly components: readonly string[];
  readonly props: Readonly<Record<string, string>>;
  readonly dead: ReadonlyMap<Clark, string>;
  /** Statements that need the collection to exist. */
  readonly own: readonly ((made: Resource) => Sql)[];
  /** Why values are not taken, by property; any of them ends the whole request. */
  readonly failures: ReadonlyMap<Clark, Refusal>;
}

interface Collected {
  readonly columns: Map<Column, string>;
  components: readonly string[];
  readonly props: Record<string, string>;
  readonly dead: Map<Clark, string>;
  readonly own: Map<Clark, (made: Resource) => Sql>;
}

function store(into: Collected, write: PropertyWrite, value: XmlElement, cx: Exchange): void {
  const { store: how } = write;
  switch (how.column) {
    case "none":
      return;
    case "props":
      into.props[value.name] = xmlToString(value);
      return;
    case "components":
      into.components = how.list(value);
      return;
    case "own":
      into.own.set(value.name, (made) => how.apply(value, made, cx));
      return;
    default:
      into.columns.set(how.column, how.text(value));
  }
}

function keepDead(into: Collected, value: XmlElement, cx: Exchange): void {
  const xml = xmlToString(value);
  if (Buffer.byteLength(xml) > cx.services.limits.deadPropertySize) {
    throw new Refused(refusalOf(QuotaNotExceeded, undefined, "The property is too large."));
  }
  into.dead.set(value.name, xml);
}

function take(into: Collected, value: XmlElement, kind: Kind, cx: Exchange, registry: Registry): void {
  const def = registry.property(value.name, kind);
  if (!def) {
    keepDead(into, value, cx);
    return;
  }
  const { write } = def;
  if (!write || write.when === "set") throw new Refused(refusalOf(CannotModifyProtectedProperty, undefined));
  write.check?.(value, kind, cx);
  store(into, write, value, cx);
}

function failureOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof XmlFault) return { status: 400, note: error.message };
  throw error;
}

/** Reads the values in document order; a later one of the same name wins (RFC 5689 3, RFC 4791 5.3.1). */
export function initialValues(
  properties: readonly XmlElement[],
  kind: Kind,
  cx: Exchange,
  registry: Registry,
): InitialValues {
  const into: Collected = { columns: new Map(), components: [], props: {}, dead: new Map(), own: new Map() };
  const failures = new Map<Clark, Refusal>();
  for (const value of properties) {
    if (value.name === dav("resourcetype")) continue;
    try {
      take(into, value, kind, cx, registry);
    } catch (error) {
      failures.set(value.name, failureOf(error));
    }
  }
  return { ...into, own: [...into.own.values()], failures };
}
