import { type JComponent, properties, property, values } from "../jcal.js";
import { parseRule, type Rule } from "../recur/rule.js";
import { walkRule } from "../recur/walk.js";
import { DAY, HOUR, MINUTE, parseWall, SECOND } from "../wall.js";
import { fixedZone, type Zone, zoneFrom } from "./zone.js";

/** The moment an observance begins: UTC milliseconds, with the offsets before and from then on in seconds. */
interface Onset {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Rules of VTIMEZONEs are read for these years; most are written as beginning in 1601 or 1970. */
const FIRST_WALL = Date.UTC(1950, 0);
const LAST_WALL = Date.UTC(2150, 0);
const MAX_ONSETS = 1000;
const MAX_OBSERVANCES = 200;

const compiled = new Map<string, Zone | undefined>();
const MAX_COMPILED = 500;

/**
 * The zone that a VTIMEZONE itself describes by STANDARD and DAYLIGHT (RFC 5545 3.6.5), `undefined` if it has no usable observance.
 * Odd rules never fail: a bad one is left out, and the number of onsets is bounded (CAL-53).
 */
export function embeddedZone(vtimezone: JComponent): Zone | undefined {
  const key = JSON.stringify(vtimezone);
  if (compiled.has(key)) return compiled.get(key);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  const zone = compile(vtimezone);
  compiled.set(key, zone);
  return zone;
}

function compile(vtimezone: JComponent): Zone | undefined {
  const id = String(property(vtimezone, "tzid")?.[3] ?? "embedded");
  const observances = vtimezone[2].filter(([name]) => name === "standard" || name === "daylight");
  const onsets = observances.slice(0, MAX_OBSERVANCES).flatMap(onsetsOf);
  onsets.sort((a, b) => a.at - b.at);
  const first = onsets[0];
  if (!first) return undefined;
  if (onsets.every((onset) => onset.after === first.after && onset.before === first.after))
    return fixedZone(first.after, id);
  return zoneFrom(id, searchIn(onsets, first));
}

function searchIn(onsets: readonly Onset[], first: Onset): (utc: number) => number {
  let current = { from: 0, to: 0, offset: 0 };
  return (utc) => {
    if (utc >= current.from && utc < current.to) return current.offset;
    let low = 0;
    let high = onsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((onsets[middle]?.at ?? 0) <= utc) low = middle + 1;
      else high = middle;
    }
    const inForce = onsets[low - 1];
    current = {
      from: inForce?.at ?? Number.NEGATIVE_INFINITY,
      to: onsets[low]?.at ?? Number.POSITIVE_INFINITY,
      offset: inForce?.after ?? first.before,
    };
    return current.offset;
  };
}

function onsetsOf(observance: JComponent): Onset[] {
  const start = parseWall(property(observance, "dtstart")?.[3]);
  const after = parseOffset(property(observance, "tzoffsetto")?.[3]);
  if (!start || after === undefined) return [];
  const before = parseOffset(property(observance, "tzoffsetfrom")?.[3]) ?? after;
  const walls = new Set<number>([start.wall]);
  for (const rdate of properties(observance, "rdate").flatMap(values).slice(0, MAX_ONSETS)) {
    const date = parseWall(Array.isArray(rdate) ? rdate[0] : rdate);
    if (date) walls.add(date.form === "utc" ? date.wall + before * SECOND : date.wall);
  }
  for (const rrule of properties(observance, "rrule")) {
    const rule = parseRule(rrule[3]);
    if (rule && "freq" in rule) addRule(walls, rule, start.wall, before);
  }
  return [...walls].map((wall) => ({ at: wall - before * SECOND, before, after }));
}

function addRule(walls: Set<number>, rule: Rule, start: number, before: number): void {
  const { until } = rule;
  const last =
    until === undefined
      ? LAST_WALL
      : until.wall + (until.form === "utc" ? before * SECOND : until.form === "date" ? DAY : 0);
  let found = 0;
  walkRule(rule, start, { from: FIRST_WALL, to: Math.min(last, LAST_WALL) }, (wall) => {
    walls.add(wall);
    return ++found < MAX_ONSETS;
  });
}

/** Reads a UTC offset, "+01:00", "-053015" or as either of them, in seconds. */
function parseOffset(value: unknown): number | undefined {
  const found = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(String(value));
  if (!found) return undefined;
  const size = (Number(found[2]) * HOUR + Number(found[3]) * MINUTE) / SECOND + Number(found[4] ?? 0);
  return found[1] === "-" ? -size : size;
}
