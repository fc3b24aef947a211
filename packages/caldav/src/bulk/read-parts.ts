import type { OffloadTask } from "@kalends/dav-core";
import {
  analyseClean,
  type ObjectAnalysis,
  type ObjectLimits,
  type Outcome,
  splitCalendar,
  success,
} from "@kalends/icalendar";

/** One object out of a file, analysed: findings, where it cannot be stored. */
export interface Part {
  readonly uid: string;
  readonly analysis: Outcome<ObjectAnalysis>;
}

export interface Parts {
  /** METHOD of the file, upper case. */
  readonly method: string | undefined;
  /** How many objects there are; when that is only one, or more than asked for, none is looked at. */
  readonly count: number;
  readonly parts: readonly Part[];
}

export interface ReadPartsArgument {
  readonly source: Uint8Array;
  readonly limits: ObjectLimits;
  /** Epoch milliseconds, for a missing DTSTAMP. */
  readonly now: number;
  /** Fewest and most objects that are to be looked at. */
  readonly least: number;
  readonly most: number;
}

/** Takes a file apart by UID, each with the zones it needs, and analyses each alone (bulk-change 3). */
export const readPartsTask: OffloadTask<ReadPartsArgument, Outcome<Parts>> = Object.freeze({
  name: "caldav.read-parts",
  inline: readParts,
  weigh: ({ source }: ReadPartsArgument) => source.byteLength,
});

function readParts({ source, limits, now, least, most }: ReadPartsArgument): Outcome<Parts> {
  const split = splitCalendar(source);
  if (!split.ok) return split;
  const { method, parts } = split.value;
  const count = parts.length;
  if (count < least || count > most) return success({ method, count, parts: [] });
  const read = parts.map(({ uid, content }) => ({ uid, analysis: analyseClean(content, limits, now) }));
  return success({ method, count, parts: read });
}
