import { type Authorized, has, isKnown } from "@kalends/acl";
import type { Reply } from "../exchange.js";
import type { MethodDef, Registry } from "../extension.js";
import type { Target } from "../resource.js";

/** Class 2 is told only where LOCK works (RFC 4918 18.2). */
const features = (registry: Registry, allow: readonly string[]): readonly string[] =>
  registry.features.filter((token) => token !== "2" || allow.includes("LOCK"));

const answer = (registry: Registry, allow: readonly string[]): Reply => ({
  kind: "empty",
  status: 200,
  headers: { DAV: features(registry, allow).join(", "), Allow: allow.join(", ") },
});

/** Without sign-in nothing is looked up: the answer is the same for every path (RFC 4918 10.1). */
export const anonymousOptions = (registry: Registry): Reply => answer(registry, registry.verbs);

// Whoever may not see the place gets what a free name would give, in a home that is seen or nowhere.
function allowed({ target, held }: Authorized<Target>, registry: Registry): readonly string[] {
  const isSeen = has(held.parent, "l");
  if (!target.mapped) return registry.unmappedMethods(isSeen ? (target.parent?.kind ?? null) : null);
  const { resource } = target;
  if (held.self !== null && isKnown(held.self)) return registry.methods(resource.kind);
  return registry.unmappedMethods(isSeen && resource.rows === "collection" ? "home" : null);
}

const declared = (on: MethodDef["on"]): MethodDef => ({
  verb: "OPTIONS",
  on,
  spec: "RFC 9110 9.3.7, RFC 4918 10.1",
  needs: () => [],
  handle: async (at, _cx, registry) => answer(registry, allowed(at, registry)),
});

export const optionsMethods: readonly MethodDef[] = Object.freeze([declared(["*"]), declared("unmapped")]);
