import type { KindDef } from "../extension.js";
import type { Place } from "../resource.js";

/** How exactly the places of a declaration name a kind: 3 by name, 2 by sort, 1 with all others, 0 not at all. */
export function exactness(on: readonly Place[], { kind, rows }: Pick<KindDef, "kind" | "rows">): number {
  if (on.includes(kind)) return 3;
  if (on.includes(`*${rows}`)) return 2;
  return on.includes("*") ? 1 : 0;
}
