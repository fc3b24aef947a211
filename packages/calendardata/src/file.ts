import type { Exchange, OffloadTask } from "@kalends/dav-core";
import {
  analyseClean,
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

/** A whole file taken apart, or a portion of it: one analysed object per UID. */
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

/** Reading a whole file, portion by portion: one broken object refuses all of it, unless asked to be tolerant. */
export const readFileTask: OffloadTask<ReadFileArgument, Iterable<Outcome<ReadFile>>> = Object.freeze({
  name: "calendardata.read-file",
  inline: readPortions,
  weigh: ({ source }: ReadFileArgument) => source.byteLength,
});

/** Collects what the task reads, so that nothing is done before the whole file is known to be sound. */
export async function readFile(
  argument: ReadFileArgument,
  { services, signal }: Pick<Exchange, "services" | "signal">,
): Promise<Outcome<ReadFile>> {
  const objects: ObjectAnalysis[] = [];
  const refused: Finding[] = [];
  let method: string | undefined;
  for await (const portion of services.offload.stream(readFileTask, argument)) {
    signal.throwIfAborted();
    if (!portion.ok) return portion;
    method = portion.value.method;
    objects.push(...portion.value.objects);
    refused.push(...portion.value.refused);
  }
  return success({ method, objects, refused });
}

/** What is handed from thread to thread at once: few enough to be taken over in a few milliseconds. */
const PORTION = 250;
const PORTION_OCTETS = 512 * 1024;

/** All objects in order; at least one portion, if an empty one. A fault of the file ends the portions. */
function* readPortions(argument: ReadFileArgument): Generator<Outcome<ReadFile>, void, undefined> {
  const split = splitCalendar(argument.source);
  if (!split.ok) return yield split;
  const { method, parts } = split.value;
  let portion = emptyPortion();
  for (const part of parts) {
    const faults = readPart(part, argument, portion);
    if (faults.length > 0 && !argument.tolerant) return yield failure(...faults);
    if (portion.objects.length + portion.refused.length < PORTION && portion.octets < PORTION_OCTETS) continue;
    yield success({ method, objects: packed(portion.objects), refused: portion.refused });
    portion = emptyPortion();
  }
  yield success({ method, objects: packed(portion.objects), refused: portion.refused });
}

/** The same with their octets side by side in one buffer: one buffer for each would cost more to hand over than what is in it. */
function packed(objects: readonly ObjectAnalysis[]): readonly ObjectAnalysis[] {
  const all = new Uint8Array(objects.reduce((sum, { stored }) => sum + stored.byteLength, 0));
  let end = 0;
  return objects.map((object) => {
    const start = end;
    end += object.stored.byteLength;
    all.set(object.stored, start);
    return { ...object, stored: all.subarray(start, end) };
  });
}

interface Portion {
  readonly objects: ObjectAnalysis[];
  readonly refused: Finding[];
  octets: number;
}

const emptyPortion = (): Portion => ({ objects: [], refused: [], octets: 0 });

/** Takes one object into a portion, or its faults, which are given back. */
function readPart(part: ObjectPart, { limits, now }: ReadFileArgument, portion: Portion): readonly Finding[] {
  const { content } = part;
  portion.octets += content.bytes.byteLength;
  const analysis = analyseClean(content, limits, now);
  const faults = analysis.ok ? [] : located(analysis.findings, part);
  if (analysis.ok) portion.objects.push(analysis.value);
  portion.refused.push(...faults);
  return faults;
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
