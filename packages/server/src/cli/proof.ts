import type { CollectionProof, CopyEnd } from "@kalends/store";
import { table } from "./output.js";

const countsOf = ({ tables }: CopyEnd, name: string): number => tables[name]?.rows ?? 0;

const isTold = ({ kind, members, removed }: CollectionProof): boolean => kind === "calendar" || members + removed > 0;

/** A line for each calendar: how many objects, up to which revision, and their hash. */
export const showProof = (end: CopyEnd): string =>
  table(
    ["calendar", "objects", "removed", "revision", "SHA-256"],
    end.collections
      .filter(isTold)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, members, removed, revision, sha256 }) => [name, `${members}`, `${removed}`, `${revision}`, sha256]),
  );

/** What there is in one sentence. */
export const showSummary = (end: CopyEnd): string =>
  [
    `${countsOf(end, "principal")} accounts and groups`,
    `${end.collections.filter(({ kind }) => kind === "calendar").length} calendars`,
    `${countsOf(end, "object")} objects`,
    `${countsOf(end, "file")} files and folders`,
  ].join(", ");
