import { DAY } from "../wall.js";

/** A time zone: offsets east of UTC in seconds; `local` is the wall clock in milliseconds read as if it were UTC. */
export interface Zone {
  readonly id: string;
  /** Offset in force at an instant (UTC milliseconds), in seconds east of UTC. */
  offsetAt(utc: number): number;
  /** Instant of a wall-clock time: a time in a gap takes the offset before the gap, an ambiguous one its first occurrence (RFC 5545 3.3.5). */
  toUtc(local: number): number;
}

/** Builds a zone from its offset function (seconds east of UTC at a UTC instant). */
export function zoneFrom(id: string, offsetAt: (utc: number) => number): Zone {
  return Object.freeze({
    id,
    offsetAt,
    toUtc(local: number): number {
      const before = offsetAt(local - DAY);
      const after = offsetAt(local + DAY);
      const early = local - before * 1000;
      if (before === after || offsetAt(early) === before) return early;
      const late = local - after * 1000;
      return offsetAt(late) === after ? late : early;
    },
  });
}

/** A zone with one offset for ever, in seconds east of UTC. */
export function fixedZone(offset: number, id = offsetName(offset)): Zone {
  return Object.freeze({ id, offsetAt: () => offset, toUtc: (local: number) => local - offset * 1000 });
}

function offsetName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const digits = `${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
  return `UTC${offset < 0 ? "-" : "+"}${digits}`;
}

export const utcZone: Zone = fixedZone(0, "UTC");
