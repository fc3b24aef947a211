import { wallAt } from "../moment.js";
import { DAY } from "../wall.js";
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

/** How far a wall clock can be off near a change of offset: its size, up to a day (Pacific/Apia 2011). */
export function slackNear(zone: Zone, utc: number): number {
  return Math.abs(zone.offsetAt(utc - 2 * DAY) - zone.offsetAt(utc + 2 * DAY)) * 1000;
}

/** Visits a walk may make beyond the limit, for instances that are excluded or just outside. */
const SPARE_VISITS = 50_000;

/**
 * The recurrence set of DTSTART, RRULE, RDATE less EXDATE and EXRULE whose starts lie in [from, to] (UTC milliseconds), ascending,
 * at most `limit` per source. DTSTART is always a member unless excluded (CAL-47).
 */
export function nominals(series: Series, master: Template, from: number, to: number, limit: number): Nominals {
  const { anchor } = master;
  if (!anchor) return { found: [], completeUntil: Infinity };
  const found: Nominal[] = [];
  const add = (utc: number, wall: number, end: number | undefined): boolean => {
    if (utc < from || utc > to || series.exdates.has(utc)) return false;
    found.push({ utc, wall, end });
    return true;
  };
  add(master.start, anchor.wall, undefined);
  for (const rdate of series.rdates) add(rdate.utc, rdate.wall, rdate.end);
  let completeUntil = Infinity;
  for (const bound of series.rules) {
    let taken = 0;
    const until = visitRule(bound, master, { from, to }, limit + SPARE_VISITS, (utc, wall) => {
      if (add(utc, wall, undefined)) taken++;
      return taken <= limit;
    });
    completeUntil = Math.min(completeUntil, until);
  }
  const sorted = sortedOnce(found);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (series.exrules.length === 0 || !first || !last) return { found: sorted, completeUntil };
  const excluded = new Set<number>();
  for (const bound of series.exrules) {
    const window = { from: first.utc, to: last.utc };
    const until = visitRule(bound, master, window, limit + SPARE_VISITS, (utc) => Boolean(excluded.add(utc)));
    completeUntil = Math.min(completeUntil, until);
  }
  return { found: sorted.filter(({ utc }) => !excluded.has(utc)), completeUntil };
}

/**
 * Visits the starts before `end` (UTC milliseconds) of a series that is DTSTART and one rule, less EXDATEs, ascending, as long as
 * the visitor wants more. False when it is another kind of series or not all of it could be told: then `nominals` knows.
 */
export function visitStarts(series: Series, end: number, visit: (utc: number, wall: number) => boolean): boolean {
  const { master, rules, exrules, rdates, exdates, overrides } = series;
  const [rule] = rules;
  if (!rule || !master?.anchor || rules.length + exrules.length + rdates.length + overrides.size > 1) return false;
  let last = -Infinity;
  const offer = (utc: number, wall: number): boolean => {
    if (utc === last) return true;
    const isInOrder = utc > last;
    last = utc;
    return isInOrder && (utc >= end || exdates.has(utc) || visit(utc, wall));
  };
  if (!offer(master.start, master.anchor.wall)) return false;
  return visitRule(rule, master, { from: -Infinity, to: end }, SPARE_VISITS, offer) === Infinity;
}

/** Whether DTSTART itself is left by EXDATE and EXRULE, which also take it from a component that does not recur (RFC 5545 3.8.5.1). */
export function isMember(series: Series, master: Template): boolean {
  if (series.exrules.length === 0) return !series.exdates.has(master.start);
  return nominals(series, master, master.start, master.start, 1).found.length > 0;
}

interface Instants {
  readonly from: number;
  readonly to: number;
}

/** Visits the instants of a rule around a window; answers up to which instant none was left out. */
function visitRule(
  bound: BoundRule,
  master: Template,
  { from, to }: Instants,
  most: number,
  visit: (utc: number, wall: number) => boolean,
): number {
  const { zone, anchor } = master;
  if (!anchor) return Infinity;
  let visits = 0;
  let last = from;
  const window = { from: wallFrom(zone, from), to: Math.min(wallTo(zone, to), bound.untilWall) };
  const { end, reached } = walkRule(bound.rule, anchor.wall, window, (wall) => {
    last = zone.toUtc(wall);
    return (last > bound.untilUtc || visit(last, wall)) && ++visits < most;
  });
  if (end === "ended") return Infinity;
  return end === "stopped" ? last : Math.max(visits === 0 ? -Infinity : last + 1, zone.toUtc(reached));
}

function wallFrom(zone: Zone, utc: number): number {
  return Number.isFinite(utc) ? wallAt(zone, utc) - slackNear(zone, utc) : utc;
}

function wallTo(zone: Zone, utc: number): number {
  return Number.isFinite(utc) ? wallAt(zone, utc) + slackNear(zone, utc) : utc;
}

/** Ascending by instant, one per instant; a period of RDATE wins over a plain start. */
function sortedOnce(found: Nominal[]): Nominal[] {
  found.sort((a, b) => a.utc - b.utc || (b.end ?? -Infinity) - (a.end ?? -Infinity));
  return found.filter((each, i) => each.utc !== found[i - 1]?.utc);
}
