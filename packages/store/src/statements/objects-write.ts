import type { CollectionId, PrincipalId, Revision } from "../database.js";
import type { Emission } from "../emit.js";
import type { MemberRemoval, MemberWrite } from "./member-rows.js";

/** What the owner of a collection takes for granted, from when he last wrote to it: his sign-in, and what his path leads to. */
export interface Presumption {
  readonly owner: PrincipalId;
  /** The credential epoch of his sign-in. */
  readonly epoch: number;
  /** What is switched on and off for him and for his domain; JSON texts. */
  readonly services: string;
  readonly domainServices: string;
  /** Where in his home the collection is bound, and where nothing is. */
  readonly slug: string;
  readonly free: readonly string[];
  readonly kind: string;
  readonly components: readonly string[];
}

/** What is written to one collection, and what must hold for it. */
export interface ObjectsWrite {
  readonly collection: CollectionId;
  readonly by: PrincipalId | null;
  readonly via: string;
  readonly members: readonly MemberWrite[];
  readonly removals: readonly MemberRemoval[];
  /** The revision the collection must still have, else the statement is refused (`changed`); absent = any. */
  readonly revision?: Revision | undefined;
  /** The lock epoch under which the write was judged, else the statement is refused (`changed`); absent = any. */
  readonly lockEpoch?: number | undefined;
  /** How many members there may be after something was created, else the statement is refused (`full`); absent = any number. */
  readonly most?: number | undefined;
  /** The writer may not see all of what is private: nothing that is not public may be touched, else `sealed`. */
  readonly sealed?: boolean;
  /** What must still be so, else the statement is refused; absent = the writer has just looked. */
  readonly presumption?: Presumption | undefined;
  /** Who hears of it, through the outbox. */
  readonly emit?: readonly Emission[];
}

export interface WrittenMember {
  readonly name: string;
  readonly outcome: "created" | "replaced" | "unchanged" | "removed";
  readonly revision: Revision;
  readonly modifiedAt: number;
}
