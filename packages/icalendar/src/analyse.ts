import { extractIndex, type ObjectIndex } from "./extract.js";
import { type Finding, failure, type Outcome, success } from "./finding.js";
import { type JComponent, property } from "./jcal.js";
import { type Layout, layoutOf } from "./layout.js";
import { type OccurrenceIndex, occurrencesOf } from "./occurrences.js";
import { OBJECT_PARSE_LIMITS, type ObjectLimits } from "./limits.js";
import { type CalendarObject, type ComponentName, members, readObject } from "./object.js";
import { type CalendarText, readOctets } from "./octets.js";
import { parseText } from "./parse.js";
import { lineOf } from "./places.js";
import { validateObject } from "./validate.js";
import { printWall } from "./wall.js";

/** All the write path needs to know about an object. Plain data. */
export interface ObjectAnalysis {
  readonly uid: string;
  readonly component: ComponentName;
  /** The bytes to store: those that were sent whenever nothing had to change (CAL-09). */
  readonly stored: Uint8Array;
  /** Whether `stored` differs from what was sent; then the answer carries no ETag (RFC 4791 5.3.4; CAL-35). */
  readonly changed: boolean;
  readonly index: ObjectIndex;
  /** Where its components stand in `stored`; null where that is not told at a glance. */
  readonly layout: Layout | null;
  readonly occurrences: OccurrenceIndex;
}

/**
 * Reads, checks and indexes one object that is to be stored. `now` is the time, in epoch milliseconds, for a missing
 * DTSTAMP and for how far ahead occurrences are told.
 * Changed are only: a byte order mark, line ends, a missing last line end, folds inside characters, a missing DTSTAMP (CAL-36,
 * CAL-41). Takes and gives plain data, so it may run in a worker thread. Never throws for bad data.
 */
export function analyseObject(source: Uint8Array, limits: ObjectLimits, now: number): Outcome<ObjectAnalysis> {
  if (source.byteLength > limits.maxBytes) return failure(tooBig(source.byteLength, limits.maxBytes));
  const octets = readOctets(source);
  return octets.ok ? analyseClean(octets.value, limits, now) : octets;
}

/** The same for what went through `readOctets`, or was cut out of that. */
export function analyseClean(content: CalendarText, limits: ObjectLimits, now: number): Outcome<ObjectAnalysis> {
  const { byteLength } = content.bytes;
  if (byteLength > limits.maxBytes) return failure(tooBig(byteLength, limits.maxBytes));
  const analysis = analyseText(content, limits, now, false);
  return analysis.ok ? analysis : analyseText(content, limits, now, true);
}

/** Only what is refused or has to be changed is read again, for the lines of its parts. */
function analyseText(
  octets: CalendarText,
  limits: ObjectLimits,
  now: number,
  places: boolean,
): Outcome<ObjectAnalysis> {
  const calendar = parseText(octets.text, OBJECT_PARSE_LIMITS, places);
  if (!calendar.ok) return calendar;
  const object = readObject(calendar.value);
  if (!object.ok) return object;
  const findings = validateObject(object.value, limits);
  if (findings.length > 0) return failure(...findings);
  // Where a stamp is missing, its place is told by the lines.
  if (!places && members(object.value).some(needsStamp)) return analyseText(octets, limits, now, true);
  const { bytes, text, changed } = withStamps(octets, object.value, now);
  const { uid, component } = object.value;
  const index = extractIndex(object.value);
  const occurrences = occurrencesOf(object.value, index, now);
  const layout = layoutOf(text, bytes.byteLength);
  return success({ uid, component, stored: bytes, changed, index, layout, occurrences });
}

const EMPTY_STAMP = /^DTSTAMP(?:;[^:]*)?:\s*$/i;

/** DTSTAMP goes behind the BEGIN of every component that lacks it, and an empty one goes away; the rest of the text stays. */
function withStamps(octets: CalendarText, object: CalendarObject, now: number): CalendarText {
  const lines = members(object)
    .filter(needsStamp)
    .flatMap((each) => lineOf(each) ?? []);
  if (lines.length === 0) return octets;
  const missing = new Set(lines);
  const stamp = `DTSTAMP:${printWall(Math.floor(now / 1000) * 1000, "utc").replace(/[-:]/g, "")}`;
  const out: string[] = [];
  let isPending = false;
  for (const [index, line] of octets.text.split("\r\n").entries()) {
    if (isPending && !/^[ \t]/.test(line)) {
      out.push(stamp);
      isPending = false;
    }
    if (!EMPTY_STAMP.test(line)) out.push(line);
    isPending ||= missing.has(index + 1);
  }
  const text = out.join("\r\n");
  return { text, bytes: new TextEncoder().encode(text), changed: true };
}

function needsStamp(component: JComponent): boolean {
  return property(component, "dtstamp") === undefined;
}

function tooBig(size: number, most: number): Finding {
  const message = `The object has ${size} octets; at most ${most} are allowed.`;
  return { code: "max-resource-size", message, spec: "RFC 4791 5.2.5" };
}
