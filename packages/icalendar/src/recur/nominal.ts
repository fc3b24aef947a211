import { wallAt } from "../moment.js";
import { DAY, HOUR } from "../wall.js";
import type { Zone } from "../zones.js";
import type { BoundRule, Series, Template } from "./series.js";
import { walkRule } from "./walk.js";

/** One member of a recurrence set before overrides: instant and wall clock of its start, and the end of an RDATE period. */
export interface Nominal {
  readonly utc: number;
  readonly wall: number;
  readonly end: number | undefined;
}

export interface Nominals {
  readonly found: Nominal[];
  /** Everything before this instant is complete; Infinity if nothing was left out. */
  readonly completeUntil: number;
}

/** Slack for zones whose offset changes near an instant: a wall clock can be off by up to a day there (Pacific/Apia 2011). */
function slackNear(zone: Zone, utc: number): number {
  return zone.offsetAt(utc - 2 * DAY) === zone.offsetAt(utc + 2 * DAY) ? 0 : 26 * HOUR;
}

/**
 * The recurrence set of DTSTART, RRULE, RDATE less EXDATE and EXRULE whose starts lie in [from, to] (UTC milliseconds), ascending,
 * at most `limit` per source. DTSTART is always a member unless excluded (CAL-47).
 */
export function nominals(series: Series, master: Template, from: number, to: number, limit: number): Nominals {
  const anchor = master.anchor;
  if (!anchor) return { found: [], completeUntil: Infinity };
  const found: Nominal[] = [];
  let completeUntil = Infinity;
  const add = (utc: number, wall: number, end: number | undefined): boolean => {
    if (utc < from || utc > to || series.exdates.has(utc)) return false;
    if (series.exrules.some((exrule) => isInstance(exrule, anchor.wall, wall, utc))) return false;
    found.push({ utc, wall, end });
    return true;
  };
  add(master.start, anchor.wall, undefined);
  for (const rdate of series.rdates) add(rdate.utc, rdate.wall, rdate.end);
  for (const bound of series.rules) {
    let taken = 0;
    let last = from;
    const window = { from: wallFrom(master.zone, from), to: Math.min(wallTo(master.zone, to), bound.untilWall) };
    const end = walkRule(bound.rule, anchor.wall, window, (wall) => {
      const utc = master.zone.toUtc(wall);
      if (utc <= bound.untilUtc && add(utc, wall, undefined)) taken++;
      last = utc;
      return taken <= limit;
    });
    if (end === "stopped") completeUntil = Math.min(completeUntil, last);
    if (end === "exhausted") completeUntil = Math.min(completeUntil, taken === 0 ? from : last + 1);
  }
  return { found: sortedOnce(found), completeUntil };
}

function wallFrom(zone: Zone, utc: number): number {
  return Number.isFinite(utc) ? wallAt(zone, utc) - slackNear(zone, utc) : utc;
}

function wallTo(zone: Zone, utc: number): number {
  return Number.isFinite(utc) ? wallAt(zone, utc) + slackNear(zone, utc) : utc;
}

function isInstance(bound: BoundRule, start: number, wall: number, utc: number): boolean {
  if (wall > bound.untilWall || utc > bound.untilUtc) return false;
  let hit = false;
  walkRule(bound.rule, start, { from: wall, to: wall }, () => {
    hit = true;
    return false;
  });
  return hit;
}

/** Ascending by instant, one per instant; a period of RDATE wins over a plain start. */
function sortedOnce(found: Nominal[]): Nominal[] {
  found.sort((a, b) => a.utc - b.utc || (b.end ?? -Infinity) - (a.end ?? -Infinity));
  return found.filter((each, i) => each.utc !== found[i - 1]?.utc);
}
