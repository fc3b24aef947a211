import type { Reply } from "../exchange.js";
import type { MethodDef, Registry } from "../extension.js";
import type { Target } from "../resource.js";

const answer = (registry: Registry, allow: readonly string[]): Reply => ({
  kind: "empty",
  status: 200,
  headers: { DAV: registry.features.join(", "), Allow: allow.join(", ") },
});

/** Without sign-in nothing is looked up: the answer is the same for every path (RFC 4918 10.1). */
export const anonymousOptions = (registry: Registry): Reply => answer(registry, registry.verbs);

function allowed(target: Target, registry: Registry): readonly string[] {
  if (target.mapped) return registry.methods(target.resource.kind);
  return registry.unmappedMethods(target.parent?.kind ?? null);
}

const declared = (on: MethodDef["on"]): MethodDef => ({
  verb: "OPTIONS",
  on,
  spec: "RFC 9110 9.3.7, RFC 4918 9.1, 10.1",
  // Whoever may not see the place gets what nothing would give.
  needs: () => [],
  async handle({ target, held }, _cx, registry) {
    const visible = held.self !== null && held.self !== 0;
    return answer(registry, target.mapped && !visible ? registry.unmappedMethods("home") : allowed(target, registry));
  },
});

export const optionsMethods: readonly MethodDef[] = Object.freeze([declared(["*"]), declared("unmapped")]);
