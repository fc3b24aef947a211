import type { Refusal } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import type { Written } from "../write/write-members.js";

/** One resource of a bulk change, as it was asked for. */
export type Change =
  | { readonly what: "create"; readonly object: ObjectAnalysis }
  | { readonly what: "update"; readonly object: ObjectAnalysis; readonly at: Place }
  | { readonly what: "delete"; readonly at: Place }
  /** Cannot be done, whatever the calendar holds. */
  | { readonly what: "refused"; readonly refusal: Refusal; readonly href: string; readonly uid?: string };

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
  | { readonly kind: "stored"; readonly href: string; readonly object: ObjectAnalysis; readonly written: Written }
  | { readonly kind: "deleted"; readonly href: string }
  /** `href` is empty for what was to be created (bulk-change 3). */
  | { readonly kind: "refused"; readonly href: string; readonly uid: string | undefined; readonly refusal: Refusal };

export const uidOf = (change: Change): string | undefined => {
  if (change.what === "refused") return change.uid;
  return change.what === "create" ? change.object.uid : undefined;
};

export const refusedResult = (change: Change, refusal: Refusal): Result => {
  const href = change.what === "create" ? "" : change.what === "refused" ? change.href : change.at.href;
  return { kind: "refused", href, uid: uidOf(change), refusal };
};
