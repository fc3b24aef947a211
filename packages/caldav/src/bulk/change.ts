import type { Gathered, Refusal } from "@kalends/dav-core";
import type { Clark } from "@kalends/dav-xml";
import type { ObjectAnalysis } from "@kalends/icalendar";
import { CALENDAR_DATA } from "../calendar-data.js";
import type { Written } from "../write/write-members.js";

/** One resource of a bulk change, as it was asked for. */
export type Change =
  | { readonly what: "create"; readonly object: ObjectAnalysis; readonly others?: Gathered }
  | { readonly what: "update"; readonly object: ObjectAnalysis; readonly at: Place; readonly others?: Gathered }
  | { readonly what: "delete"; readonly at: Place }
  /** Cannot be done, whatever the calendar holds. */
  | {
      readonly what: "refused";
      readonly refusal: Refusal;
      readonly href: string;
      readonly uid?: string | undefined;
      readonly blame?: Blame;
    };

/** Who is to blame where properties were to be set along with the data: names with reasons, and the innocent. */
export interface Blame {
  readonly culprits: ReadonlyMap<Clark, Refusal>;
  readonly innocent: readonly Clark[];
}

/** The object an update or a delete is about. */
export interface Place {
  /** As the client wrote it. */
  readonly href: string;
  readonly name: string;
  /** An entity tag it must have, with its quotes; null = any. */
  readonly ifMatch: string | null;
}

/** What became of one resource. */
export type Result =
  | {
      readonly kind: "stored";
      readonly href: string;
      readonly object: ObjectAnalysis;
      readonly written: Written;
      /** Properties set or removed along with it. */
      readonly others: readonly Clark[];
    }
  | { readonly kind: "deleted"; readonly href: string }
  /** `href` is empty for what was to be created (bulk-change 3). */
  | {
      readonly kind: "refused";
      readonly href: string;
      readonly uid: string | undefined;
      readonly refusal: Refusal;
      readonly blame?: Blame | undefined;
    };

export const othersOf = (change: Change): readonly Clark[] =>
  "others" in change && change.others ? [...change.others.names] : [];

/** A change that is not done; properties that came along with refused data fail with it (APL-06). */
export function refusedResult(change: Change, refusal: Refusal): Result {
  if (change.what === "refused") return { kind: "refused", uid: undefined, ...change, refusal };
  const innocent = othersOf(change);
  return {
    kind: "refused",
    href: change.what === "create" ? "" : change.at.href,
    uid: change.what === "create" ? change.object.uid : undefined,
    refusal,
    ...(innocent.length > 0 ? { blame: { culprits: new Map([[CALENDAR_DATA, refusal]]), innocent } } : {}),
  };
}
