import type { PrincipalId } from "@kalends/store";
import { has, type Right, type RightsMask, satisfies } from "./rights.js";

const proof: unique symbol = Symbol("authorized");

// A proof for all ten letters is a proof for rights known only at run time: it says "checked", nothing more.
type Proven<R extends Right> = [Right] extends [R] ? unknown : { readonly [K in R]: true };

/** Rights held on the target and on the collection that holds it; `self` is null where nothing is mapped yet. */
export interface Held {
  readonly self: RightsMask | null;
  readonly parent: RightsMask;
}

export interface NeededRight<R extends Right = Right> {
  readonly right: R;
  readonly on: "self" | "parent";
}

interface Checked<T, P> {
  readonly target: T;
  readonly by: PrincipalId | null;
  readonly held: Held;
  readonly [proof]: P;
}

/**
 * A target that passed the check. Only `authorize` can make one. With letters (`Authorized<T, "i" | "d">`) it proves
 * them all; a proof of more serves where less is asked. Without letters it proves that the declared needs were met.
 */
export type Authorized<T, R extends Right = Right> = Checked<T, Proven<R>>;

/** A right is missing. `hidden`: not even Lookup is held, so the answer must not tell that the target exists. */
export class AccessDenied extends Error {
  override readonly name = "AccessDenied";
  constructor(
    readonly missing: readonly NeededRight[],
    readonly hidden: boolean,
  ) {
    super(hidden ? "not visible" : `missing right: ${missing.map(({ right, on }) => `${right} on ${on}`).join(", ")}`);
  }
}

// Asking when somebody is busy and delivering to him work on what one cannot see (RFC 4791 6.1.1, RFC 6638 6.1).
const unseen: ReadonlySet<Right> = new Set<Right>(["9", "p"]);

/** True where somebody may know that the target exists: Lookup is held, or a right that works without it. */
export const isKnown = (mask: RightsMask): boolean => has(mask, "l") || [...unseen].some((right) => has(mask, right));

/**
 * The one check. Takes the rights held and the rights needed; gives the proof that functions which read bodies or
 * write ask for. Throws `AccessDenied`: hidden without Lookup on the target (on the parent where nothing is mapped),
 * else with the rights that are missing (RFC 3744 6, 7.1.1).
 */
export function authorize<T, R extends Right>(
  target: T,
  by: PrincipalId | null,
  held: Held,
  needs: readonly NeededRight<R>[],
): Authorized<T, R> {
  const missing = needs.filter(({ right, on }) => !satisfies(held[on] ?? held.parent, right));
  const needsSight = needs.some(({ right }) => !unseen.has(right));
  const visible = has(held.self ?? held.parent, "l");
  if (missing.length > 0 || (needsSight && !visible)) throw new AccessDenied(missing, !visible);
  return Object.freeze({ target, by, held, [proof]: true as unknown as Proven<R> });
}
