import type { KindDef } from "../extension.js";

/** The declarations do not fit together; the server must not start. */
export class RegistryFault extends Error {
  override readonly name = "RegistryFault";
}

type Kinds = ReadonlyMap<string, KindDef>;
const SORTS: ReadonlySet<string> = new Set(["*", "*virtual", "*principal", "*collection", "*member", "*file"]);

function need(kinds: Kinds, name: string, by: string): void {
  if (!kinds.has(name)) throw new RegistryFault(`${by} speaks of the kind ${name}, which nobody declares`);
}

/** Members and further resource types speak of declared kinds only. */
export function checkKinds(kinds: Kinds, types: readonly { readonly add: string; readonly on: string }[]): void {
  for (const def of kinds.values()) if (def.members !== undefined) need(kinds, def.members, `the kind ${def.kind}`);
  for (const { add, on } of types) need(kinds, on, `the resource type ${add}`);
}

interface Declared {
  readonly on: readonly string[] | "unmapped";
  readonly inside?: readonly string[];
}

/** Every place is a declared kind or a sort of kinds. */
export function checkPlaces(kinds: Kinds, defs: readonly Declared[]): void {
  for (const def of defs) {
    const places = [...(def.on === "unmapped" ? [] : def.on), ...(def.inside ?? [])];
    for (const place of places) if (!SORTS.has(place)) need(kinds, place, nameOf(def));
  }
}

/** Every declaration names the standard it serves. */
export function checkSpecs(defs: readonly { readonly spec: string }[]): void {
  for (const def of defs) if (def.spec.trim() === "") throw new RegistryFault(`${nameOf(def)} names no standard`);
}

function nameOf(def: object): string {
  const { name, verb, root, kind } = def as Readonly<Record<string, unknown>>;
  return String(name ?? verb ?? root ?? kind ?? "a declaration");
}

/** Roots are absolute and end with a slash, so that prefixes compare by whole segments. */
export function checkedRoots(roots: readonly string[]): readonly string[] {
  for (const root of roots) {
    if (!/^\/(?:[^/]+\/)+$/.test(root)) throw new RegistryFault(`the root ${root} must look like "/Name/"`);
  }
  return Object.freeze([...new Set(roots)]);
}
