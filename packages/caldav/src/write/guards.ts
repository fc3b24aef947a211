import type { CollectionRow } from "@kalends/dav-core";
import type { CollectionId, Emission, PrincipalId, ReadTx } from "@kalends/store";

/** Which way an object comes in: guards tell them apart (no invitations from a whole-file PUT). */
export type Via = "caldav" | "calendardata" | "scheduling" | "web" | "feeds" | "restore";

export interface MemberPlace {
  readonly collection: CollectionId;
  readonly name: string;
}

export interface Move {
  readonly from: MemberPlace;
  readonly to: MemberPlace;
}

/** One object that is about to be written. */
export interface ObjectWrite {
  readonly collection: CollectionRow;
  readonly name: string;
  /** The stored text; null where there is none yet. */
  readonly before: string | null;
  /** The text to store; null where the object is removed. */
  readonly after: string | null;
  readonly by: PrincipalId | null;
  readonly via: Via;
  /** Set at both ends of a MOVE: nothing comes into the world or leaves it then. */
  readonly move?: Move | undefined;
}

/** A rule on every write. Runs before the statement, in order of the list; may `refuse()` or rewrite the text. */
export interface ObjectGuard {
  readonly name: string;
  check(write: ObjectWrite, tx: ReadTx): Promise<{ readonly rewritten: string } | undefined>;
}

/** What every write to a calendar is subject to; assembled once at start. */
export interface WriteRules {
  readonly guards: readonly ObjectGuard[];
  /** Who is told of writes, through the outbox. */
  readonly emit: readonly Emission[];
}

export const noRules: WriteRules = Object.freeze({ guards: [], emit: [] });

/** Where there are no rules, the statement that writes is all that has to know what is there. */
export const confirmedWithout = ({ guards, emit }: WriteRules): { readonly confirms?: true } =>
  guards.length + emit.length === 0 ? { confirms: true } : {};
