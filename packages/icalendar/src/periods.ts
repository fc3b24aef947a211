import { type JComponent, type JProperty, param, properties, values } from "./jcal.js";
import type { Range } from "./overlap.js";
import { DAY, parseDuration, parseWall } from "./wall.js";

export interface Period {
  readonly start: number;
  readonly end: number;
}

export type BusyType = "BUSY" | "BUSY-TENTATIVE" | "BUSY-UNAVAILABLE";

/** A busy stretch, UTC milliseconds. */
export interface BusyPeriod extends Period {
  readonly type: BusyType;
}

/** The periods of a FREEBUSY property as UTC milliseconds; what is no period is left out (RFC 5545 3.8.2.6). */
export function periodsOf(property: JProperty): readonly Period[] {
  return values(property).flatMap((value) => {
    const parts: readonly unknown[] = Array.isArray(value) ? value : String(value).split("/");
    const start = parseWall(parts[0])?.wall;
    if (start === undefined) return [];
    const duration = parseDuration(parts[1]);
    const end = duration ? start + duration.days * DAY + duration.time : parseWall(parts[1])?.wall;
    return end !== undefined && end > start ? [{ start, end }] : [];
  });
}

/** FBTYPE of a FREEBUSY property in upper case; BUSY where it is missing (RFC 5545 3.2.9). */
export function typeOf(property: JProperty): string {
  return (param(property, "fbtype") ?? "BUSY").toUpperCase();
}

/** Whether any FREEBUSY period of any type overlaps the range (RFC 4791 9.9). */
export function freeBusyOverlaps(component: JComponent, range: Range): boolean {
  const periods = properties(component, "freebusy").flatMap(periodsOf);
  return periods.some(({ start, end }) => range.start < end && range.end > start);
}
