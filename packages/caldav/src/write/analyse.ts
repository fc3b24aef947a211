import { type Exchange, type OffloadTask, Refused, refuse } from "@kalends/dav-core";
import { analyseObject, type ObjectAnalysis, type ObjectLimits, type Outcome } from "@kalends/icalendar";
import { MaxResourceSize } from "../conditions.js";

export interface AnalyseArgument {
  readonly source: Uint8Array;
  readonly limits: ObjectLimits;
  /** Epoch milliseconds, for a missing DTSTAMP. */
  readonly now: number;
}

/** Reading, checking and indexing one object; large ones go to a worker thread. */
export const analyseTask: OffloadTask<AnalyseArgument, Outcome<ObjectAnalysis>> = Object.freeze({
  name: "caldav.analyse-object",
  inline: ({ source, limits, now }: AnalyseArgument) => analyseObject(source, limits, now),
  weigh: ({ source }: AnalyseArgument) => source.byteLength,
});

/** Analyses what a client sent; findings, not errors, for bad data. */
export const analyse = (source: Uint8Array, limits: ObjectLimits, cx: Exchange): Promise<Outcome<ObjectAnalysis>> =>
  cx.services.offload.run(analyseTask, { source, limits, now: cx.services.clock() });

/** The body, or the precondition that says it is too long (RFC 4791 5.2.5). */
export async function readBody(cx: Exchange, limit: number): Promise<Uint8Array> {
  const note = `An object has at most ${limit} octets.`;
  if (Number(cx.headers.get("content-length") ?? 0) > limit) refuse(MaxResourceSize, undefined, note);
  try {
    return await cx.bytes(limit);
  } catch (error) {
    if (isTooLarge(error)) return refuse(MaxResourceSize, undefined, note);
    throw error;
  }
}

const isTooLarge = (error: unknown): boolean => error instanceof Refused && error.refusal.status === 413;
