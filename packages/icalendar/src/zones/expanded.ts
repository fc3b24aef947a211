import { DAY } from "../wall.js";
import { isSummer, onsetsOf } from "./onsets.js";
import type { Zone } from "./zone.js";

/** A stretch of one offset. */
export interface ZoneObservance {
  readonly name: "Standard" | "Daylight";
  /** UTC milliseconds. */
  readonly onset: number;
  /** Seconds east of UTC before and from the onset on. */
  readonly from: number;
  readonly to: number;
}

/** Far enough to see the change before the range, and the one that ends its last summer. */
const MARGIN = 400 * DAY;

/** What holds at `start`, with `start` as its onset, and every change before `end`; UTC milliseconds (RFC 7808 5.4). */
export function observancesBetween(zone: Zone, start: number, end: number): readonly ZoneObservance[] {
  const onsets = onsetsOf(zone, start - MARGIN, end + MARGIN);
  const named = onsets.map((onset, i) => ({
    name: isSummer(onset, onsets[i + 1]) ? ("Daylight" as const) : ("Standard" as const),
    onset: i === 0 ? start - MARGIN : onset.at,
    from: onset.before,
    to: onset.after,
  }));
  const inside = named.filter(({ onset }) => onset > start && onset < end);
  const current = named.findLast(({ onset }) => onset <= start);
  return current ? [{ ...current, onset: start, from: current.to }, ...inside] : inside;
}
