import { DAY, SECOND } from "../wall.js";
import type { Onset } from "./observance.js";
import type { Zone } from "./zone.js";

/** No place has changed its clocks twice within so long since 1970. */
const STEP = 7 * DAY;
/** Daylight saving time ends within so long; a change up that lasts longer is a new standard time. */
const LONGEST_SUMMER = 340 * DAY;

/** The offset at `begin`, as an onset of its own, and every change from there to `end` (UTC milliseconds). */
export function onsetsOf(zone: Zone, begin: number, end: number): readonly Onset[] {
  let offset = zone.offsetAt(begin);
  const found: Onset[] = [{ at: begin - offset * SECOND, before: offset, after: offset }];
  for (let from = begin; from < end; from += STEP) {
    const to = Math.min(from + STEP, end);
    const after = zone.offsetAt(to);
    if (after === offset) continue;
    found.push({ at: changeBetween(zone, from, to, offset), before: offset, after });
    offset = after;
  }
  return found;
}

function changeBetween(zone: Zone, from: number, to: number, offset: number): number {
  let [same, changed] = [from / SECOND, to / SECOND];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (zone.offsetAt(middle * SECOND) === offset) same = middle;
    else changed = middle;
  }
  return changed * SECOND;
}

/** Whether a change begins daylight saving time, by the change after it. */
export function isSummer({ at, before, after }: Onset, next: Onset | undefined): boolean {
  return next !== undefined && after >= before && next.after < after && next.at - at < LONGEST_SUMMER;
}
