import { LAST_WALL } from "../wall.js";
import { type Budget, type Periods, periodsOf } from "./periods.js";
import type { Rule } from "./rule.js";

/** `ended`: no more instances in the window; `stopped`: the visitor had enough; `exhausted`: the search grew too long. */
export type WalkEnd = "ended" | "stopped" | "exhausted";

export interface WalkResult {
  readonly end: WalkEnd;
  /** After `exhausted`: the wall time before which nothing was missed. */
  readonly reached: number;
}

/** Barren look-ups one walk may spend: a few milliseconds. */
const BUDGET = 50_000;

export interface Window {
  /** First wall time wanted, milliseconds; may be -Infinity. */
  readonly from: number;
  /** Last wall time wanted, inclusive; may be Infinity. */
  readonly to: number;
}

/**
 * Visits the instances of a rule within a window of wall time, ascending, without walking there from DTSTART unless COUNT makes it
 * needful (RFC 5545 3.3.10, RFC 7529 4). DTSTART counts for COUNT even when it does not fit the rule (CAL-47) but is visited only when it fits.
 * UNTIL is the caller's business, for it needs a zone. The visitor answers whether to go on.
 */
export function walkRule(rule: Rule, start: number, window: Window, visit: (wall: number) => boolean): WalkResult {
  if ((rule.count !== undefined && rule.count <= 0) || rule.byMonth?.length === 0) return ENDED;
  const periods = periodsOf(rule, start);
  const from = Math.max(window.from, start);
  const to = Math.min(window.to, LAST_WALL);
  if (from > to) return ENDED;
  const select = selection(rule, periods);
  if (select && periods.cycle === Number.POSITIVE_INFINITY && select([0]).length === 0) return ENDED;
  const counted = countBefore(rule, periods, start, from, select);
  const walk: Walk = {
    start,
    from,
    to,
    count: rule.count ?? Number.POSITIVE_INFINITY,
    seen: counted.seen,
    visited: 0,
    last: Number.NEGATIVE_INFINITY,
    visit,
  };
  const budget: Budget = { left: BUDGET, to, reached: start };
  const end = walkPeriods(walk, periods, counted.index, select, budget);
  return { end, reached: budget.reached };
}

const ENDED: WalkResult = { end: "ended", reached: Number.POSITIVE_INFINITY };

function walkPeriods(walk: Walk, periods: Periods, from: number, select: Select | undefined, budget: Budget): WalkEnd {
  let barren = 0;
  for (let index = from; walk.seen < walk.count; index++) {
    if (periods.startOf(index) > walk.to) return "ended";
    budget.reached = periods.startOf(index);
    index = periods.next(index, budget);
    if (budget.left-- <= 0) return "exhausted";
    if (index === Number.POSITIVE_INFINITY || periods.startOf(index) > walk.to) return "ended";
    const bases = periods.bases(index);
    const chosen = select ? select(bases) : bases;
    barren = chosen.length === 0 ? barren + 1 : 0;
    if (barren > periods.cycle) return "ended";
    const visited = walk.visited;
    const end = select ? visitSelected(walk, chosen) : visitAll(walk, bases, periods.times, budget);
    if (end) return end;
    if (walk.visited > visited) budget.left++;
  }
  return "ended";
}

interface Walk {
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly visit: (wall: number) => boolean;
  seen: number;
  visited: number;
  last: number;
}

type Select = (bases: readonly number[]) => readonly number[];

/** BYSETPOS as a choice from the ordered product of bases and times; `undefined` without BYSETPOS. */
function selection(rule: Rule, periods: Periods): Select | undefined {
  const positions = rule.bySetPos;
  if (!positions) return undefined;
  const { times } = periods;
  return (bases) => {
    const size = bases.length * times.length;
    const chosen = new Set<number>();
    for (const position of positions) {
      const at = position > 0 ? position - 1 : size + position;
      if (at >= 0 && at < size)
        chosen.add((bases[Math.floor(at / times.length)] ?? 0) + (times[at % times.length] ?? 0));
    }
    return [...chosen].sort((a, b) => a - b);
  };
}

/** Handles one candidate; an answer ends the walk. */
function offer(walk: Walk, wall: number): WalkEnd | undefined {
  if (wall < walk.start || wall <= walk.last) return undefined;
  if (wall > walk.to || walk.seen >= walk.count) return "ended";
  walk.seen++;
  walk.last = wall;
  if (wall < walk.from) return undefined;
  walk.visited++;
  return walk.visit(wall) ? undefined : "stopped";
}

function visitSelected(walk: Walk, chosen: readonly number[]): WalkEnd | undefined {
  for (const wall of chosen) {
    const end = offer(walk, wall);
    if (end) return end;
  }
  return undefined;
}

function visitAll(walk: Walk, bases: readonly number[], times: readonly number[], budget: Budget): WalkEnd | undefined {
  const first = times[0] ?? 0;
  const last = times[times.length - 1] ?? 0;
  for (const base of bases) {
    if (base + last < walk.from) {
      if (base + first >= walk.start && base + first > walk.last) {
        walk.seen += times.length;
        continue;
      }
      if (base + last < walk.start) continue;
    }
    budget.left -= times.length >> 6;
    for (const time of times) {
      const end = offer(walk, base + time);
      if (end) return end;
    }
  }
  return undefined;
}

/** Where the walk may begin, and how many instances COUNT has already used up before that. */
function countBefore(
  rule: Rule,
  periods: Periods,
  start: number,
  from: number,
  select: Select | undefined,
): { readonly index: number; readonly seen: number } {
  const target = Math.max(0, periods.indexAt(from) - (rule.skip === "FORWARD" ? 1 : 0));
  if (rule.count === undefined) return { index: target, seen: 0 };
  const first = firstPeriod(periods, start, select);
  const seen = first.fits && periods.next(0, { left: BUDGET, to: start, reached: start }) === 0 ? 0 : 1;
  if (target === 0 || !isUniform(rule)) return { index: 0, seen };
  return { index: target, seen: seen + first.later + (target - 1) * first.size };
}

/** The period of DTSTART: whether DTSTART is one of its instances, how many there are and how many do not lie before it. */
function firstPeriod(
  periods: Periods,
  start: number,
  select: Select | undefined,
): { fits: boolean; size: number; later: number } {
  const bases = periods.bases(0);
  const groups = select
    ? [{ base: 0, offsets: select(bases) }]
    : bases.map((base) => ({ base, offsets: periods.times }));
  let [fits, size, later] = [false, 0, 0];
  for (const { base, offsets } of groups) {
    size += offsets.length;
    for (const offset of offsets) if (base + offset >= start) later++;
    fits ||= offsets.includes(start - base);
  }
  return { fits, size, later };
}

/** Whether every full period has equally many instances, so that COUNT needs no walk. */
function isUniform(rule: Rule): boolean {
  const { byDay, byHour, byMinute, byMonth, byMonthDay, bySecond, byYearDay, freq } = rule;
  if (freq === "YEARLY" || freq === "MONTHLY") return false;
  if (freq === "WEEKLY") return !byMonth;
  if (byMonth || byMonthDay || byDay) return false;
  if (freq === "DAILY") return true;
  if (byYearDay || byHour) return false;
  if (freq === "HOURLY") return true;
  return !byMinute && (freq === "MINUTELY" || !bySecond);
}
