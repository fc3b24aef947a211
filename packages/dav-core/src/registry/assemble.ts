import type { Clark } from "@kalends/dav-xml";
import type { AnyReport, Extension, KindDef, MethodDef, PostDef, Registry } from "../extension.js";
import type { AnyProperty } from "../property.js";
import { appliesTo, type Kind, type Resource } from "../resource.js";
import { checkedRoots, checkKinds, checkPlaces, checkSpecs, RegistryFault } from "./checks.js";
import { exactness } from "./exactness.js";
import { methodTable } from "./methods.js";

/** Files each entry under its key; a second owner of a key ends the start. */
export function byKey<K, V>(what: string, entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map<K, V>();
  for (const [key, value] of entries) {
    if (map.has(key)) throw new RegistryFault(`${what} ${String(key)} is declared twice`);
    map.set(key, value);
  }
  return map;
}

const all = <T>(extensions: readonly Extension[], of: (x: Extension) => readonly T[] | undefined): readonly T[] =>
  extensions.flatMap((extension) => of(extension) ?? []);

interface Placed {
  readonly on: readonly string[];
}

/** For one kind: what applies to it, by key; the more exact declaration wins, two equally exact ones end the start. */
function forKind<T extends Placed>(what: string, kind: KindDef, defs: readonly T[], key: (def: T) => string) {
  const found = new Map<string, T>();
  for (const def of defs) {
    const fit = exactness(def.on, kind);
    const other = found.get(key(def));
    const ahead = fit - (other ? exactness(other.on, kind) : 0);
    if (fit === 0 || ahead < 0) continue;
    if (ahead === 0) throw new RegistryFault(`${what} ${key(def)} has two owners on ${kind.kind}`);
    found.set(key(def), def);
  }
  return found as ReadonlyMap<string, T>;
}

/**
 * Puts the declarations of all extensions together, in their order. Throws `RegistryFault` for two owners of one name,
 * a kind nobody declares, an empty `spec`, a malformed root.
 */
export function assemble(extensions: readonly Extension[]): Registry {
  byKey(
    "extension",
    extensions.map((each) => [each.name, each] as const),
  );
  const kindList = all(extensions, (x) => x.kinds);
  const properties = all<AnyProperty>(extensions, (x) => x.properties);
  const reportList = all<AnyReport>(extensions, (x) => x.reports);
  const methodList = all<MethodDef>(extensions, (x) => x.methods);
  const postList = all<PostDef>(extensions, (x) => x.posts);
  const extraTypes = all(extensions, (x) => x.types);

  const kinds = byKey(
    "kind",
    kindList.map((def) => [def.kind, def] as const),
  );
  checkKinds(kinds, extraTypes);
  checkPlaces(kinds, [...properties, ...reportList, ...methodList, ...postList]);
  checkSpecs([...kindList, ...properties, ...reportList, ...methodList, ...postList]);

  const propertiesBy = new Map(kindList.map((k) => [k.kind, forKind("property", k, properties, (p) => p.name)]));
  const postsBy = new Map(kindList.map((k) => [k.kind, forKind("POST", k, postList, (p) => p.root)]));
  const reports = byKey(
    "report",
    reportList.map((def) => [def.name, def] as const),
  );
  const creatable = byKey(
    "creatable resource type",
    kindList.flatMap((def) => (def.creatable ? [[def.creatable.type, def] as const] : [])),
  );
  const methods = methodTable(kindList, methodList, (kind) => (postsBy.get(kind)?.size ?? 0) > 0);

  const kind = (name: Kind): KindDef => {
    const def = kinds.get(name);
    if (!def) throw new RegistryFault(`nobody declares the kind ${name}`);
    return def;
  };
  const reportsOf = new Map(
    kindList.map((k) => [k.kind, reportList.filter((def) => appliesTo(def.on, k.kind, k.rows)).map((def) => def.name)]),
  );
  const listsOf = new Map([...propertiesBy].map(([name, table]) => [name, Object.freeze([...table.values()])]));

  return Object.freeze<Registry>({
    features: Object.freeze([...new Set(all(extensions, (x) => x.features))]),
    mailboxRoots: checkedRoots(all(extensions, (x) => x.mailboxRoots)),
    areaRoots: checkedRoots(all(extensions, (x) => x.areaRoots)),
    reservedSlugs: new Set(all(extensions, (x) => x.reservedSlugs).map((slug) => slug.toLowerCase())),
    kind,
    method: methods.method,
    knowsVerb: methods.knowsVerb,
    verbs: methods.all,
    methods: methods.verbs,
    unmappedMethods: methods.unmappedVerbs,
    report: (name: Clark) => reports.get(name),
    reports: (name: Kind) => reportsOf.get(name) ?? [],
    post: (root, name) => postsBy.get(name)?.get(root),
    property: (name, of) => propertiesBy.get(of)?.get(name),
    properties: (name: Kind) => (listsOf.get(name) ?? []).map((def) => def.name),
    propertiesOf: (name: Kind) => listsOf.get(name) ?? [],
    creatable: (type) => creatable.get(type),
    resourceTypes: (resource: Resource) => [
      ...kind(resource.kind).types,
      ...extraTypes.filter((each) => each.on === resource.kind && each.when(resource)).map((each) => each.add),
    ],
    contentType: (resource: Resource) => kind(resource.kind).contentType?.(resource),
    reduce: (collection: Kind) => {
      const members = kinds.get(collection)?.members;
      return members === undefined ? undefined : kinds.get(members)?.reduce;
    },
  });
}
