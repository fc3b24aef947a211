import type { Held } from "@kalends/acl";
import type { Target } from "../resource.js";

/** What a path means, and the rights the asker holds on it and around it. */
export interface Resolved {
  readonly target: Target;
  readonly held: Held;
}
