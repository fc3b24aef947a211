import type { OffloadTask } from "@kalends/dav-core";
import {
  analyseObject,
  type Finding,
  failure,
  fileLine,
  type ObjectAnalysis,
  type ObjectLimits,
  type ObjectPart,
  type Outcome,
  splitCalendar,
  success,
} from "@kalends/icalendar";

/** A whole file taken apart: one analysed object per UID. */
export interface ReadFile {
  /** METHOD of the file, upper case. */
  readonly method: string | undefined;
  readonly objects: readonly ObjectAnalysis[];
  /** What was left out because of faults of its own; empty unless faults are tolerated. */
  readonly refused: readonly Finding[];
}

export interface ReadFileArgument {
  readonly source: Uint8Array;
  readonly limits: ObjectLimits;
  /** Epoch milliseconds, for a missing DTSTAMP. */
  readonly now: number;
  /** Go on past a faulty object (imports) instead of refusing the file (uploads). */
  readonly tolerant: boolean;
}

/** Reading a whole file: one broken object refuses all of it, unless asked to be tolerant. */
export const readFileTask: OffloadTask<ReadFileArgument, Outcome<ReadFile>> = Object.freeze({
  name: "calendardata.read-file",
  inline: readFile,
  weigh: ({ source }: ReadFileArgument) => source.byteLength,
});

function readFile({ source, limits, now, tolerant }: ReadFileArgument): Outcome<ReadFile> {
  const split = splitCalendar(source);
  if (!split.ok) return split;
  const objects: ObjectAnalysis[] = [];
  const refused: Finding[] = [];
  for (const part of split.value.parts) {
    const analysis = analyseObject(part.bytes, limits, now);
    if (analysis.ok) objects.push(analysis.value);
    else refused.push(...located(analysis.findings, part));
    if (refused.length > 0 && !tolerant) return failure(...refused);
  }
  return success({ method: split.value.method, objects, refused });
}

/** Findings with the line of the whole file instead of the object's own, and the UID. */
const located = (findings: readonly Finding[], part: ObjectPart): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    uid: finding.uid ?? part.uid,
    ...(finding.line === undefined ? {} : { line: fileLine(part, finding.line) }),
  }));

/** A finding as one line for a person: where, which UID, what. */
export function sentenceOf({ line, uid, message }: Finding): string {
  const where = line === undefined ? "" : `line ${line}: `;
  return `${where}${uid === undefined ? "" : `UID ${uid.slice(0, 120)}: `}${message}`;
}
