import { type JComponent, property } from "./jcal.js";
import { parseWall } from "./wall.js";

/** [start, end) in UTC milliseconds; an open end is -Infinity or Infinity. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What the rules of RFC 4791 9.9 look at in an instance. */
export interface Timed {
  readonly start: number;
  readonly end: number;
  readonly hasStart: boolean;
  readonly hasEnd: boolean;
  readonly component: JComponent;
}

/** Whether an instance of a component overlaps a range by the rules for its kind (RFC 4791 9.9). */
export function overlaps(timed: Timed, range: Range): boolean {
  switch (timed.component[0]) {
    case "vtodo":
      return todoOverlaps(timed, range);
    case "vjournal":
      return timed.hasStart && eventOverlaps(timed, range);
    case "vfreebusy":
      return timed.hasStart && timed.hasEnd && range.start <= timed.end && range.end > timed.start;
    default:
      return eventOverlaps(timed, range);
  }
}

/** With a length: start < DTEND and end > DTSTART; without: start <= DTSTART and end > DTSTART. */
function eventOverlaps({ start, end }: Timed, range: Range): boolean {
  return range.end > start && (end > start ? range.start < end : range.start <= start);
}

function todoOverlaps(timed: Timed, range: Range): boolean {
  const { start, end, hasStart, hasEnd, component } = timed;
  if (hasStart && hasEnd) {
    const begins = property(component, "due") ? range.start < end || range.start <= start : range.start <= end;
    return begins && (range.end > start || range.end >= end);
  }
  if (hasStart) return range.start <= start && range.end > start;
  if (hasEnd) return range.start < end && range.end >= end;
  return undatedOverlaps(utcOf(component, "completed"), utcOf(component, "created"), range);
}

function undatedOverlaps(completed: number | undefined, created: number | undefined, { start, end }: Range): boolean {
  if (completed !== undefined && created !== undefined) {
    return (start <= created || start <= completed) && (end >= created || end >= completed);
  }
  if (completed !== undefined) return start <= completed && end >= completed;
  return created === undefined || end > created;
}

/** COMPLETED and CREATED are always UTC (RFC 5545 3.8.2.1, 3.8.7.1). */
function utcOf(component: JComponent, name: string): number | undefined {
  return parseWall(property(component, name)?.[3])?.wall;
}
