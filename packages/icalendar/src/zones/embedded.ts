import { type JComponent, property } from "../jcal.js";
import { type Observance, readObservance } from "./observance.js";
import { offsetsOf } from "./onset-years.js";
import { fixedZone, type Zone, zoneFrom } from "./zone.js";

/** What a VTIMEZONE says: its zone, unless it has no usable observance or costs too much, and what it can cost. */
interface Reading {
  readonly zone: Zone | undefined;
  readonly cost: number;
}

/** What the zones of one object may cost together: some milliseconds, a dozen zones with endless rules. */
const BUDGET = 20_000;

const readings = new Map<string, Reading>();
const MOST_READINGS = 500;
/** Longer zones, and those of objects with more of them, are read again for each object, so that nobody fills the memory. */
const LONGEST_KEPT = 20_000;
const MOST_SHARED = 16;

/**
 * The zone that a VTIMEZONE itself describes by STANDARD and DAYLIGHT (RFC 5545 3.6.5), `undefined` if it has no usable observance,
 * or rules for more years than anybody should follow. Odd rules never fail: a bad one is left out (CAL-53).
 */
export function embeddedZone(vtimezone: JComponent): Zone | undefined {
  return readingOf(vtimezone).zone;
}

/** The zones of one object by TZID, and those that cost more than what the zones before them left. */
export interface EmbeddedZones {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly excess: ReadonlySet<string>;
}

/** Reads VTIMEZONEs in their order as long as their cost together is bearable; unusable ones are in neither answer (CAL-53). */
export function embeddedZones(timezones: readonly (readonly [tzid: string, vtimezone: JComponent])[]): EmbeddedZones {
  const look = timezones.length > MOST_SHARED ? read : readingOf;
  const zones = new Map<string, Zone>();
  const excess = new Set<string>();
  let left = BUDGET;
  for (const [tzid, vtimezone] of timezones) {
    const { zone, cost } = look(vtimezone);
    if (cost > left) excess.add(tzid);
    else if (zone) zones.set(tzid, zone);
    if (cost <= left) left -= cost;
  }
  return { zones, excess };
}

function readingOf(vtimezone: JComponent): Reading {
  const key = JSON.stringify(vtimezone);
  const known = readings.get(key);
  if (known) return known;
  const reading = read(vtimezone);
  if (readings.size >= MOST_READINGS) readings.clear();
  if (key.length <= LONGEST_KEPT) readings.set(key, reading);
  return reading;
}

function read(vtimezone: JComponent): Reading {
  const id = String(property(vtimezone, "tzid")?.[3] ?? "embedded");
  const observances = vtimezone[2]
    .filter(([name]) => name === "standard" || name === "daylight")
    .flatMap((each) => readObservance(each) ?? []);
  const cost = observances.reduce((sum, each) => sum + each.cost, 0);
  const first = observances[0];
  return { cost, zone: first && cost <= BUDGET ? zoneOf(id, observances, first.after) : undefined };
}

function zoneOf(id: string, observances: readonly Observance[], offset: number): Zone {
  const isFixed = observances.every(({ before, after }) => before === offset && after === offset);
  return isFixed ? fixedZone(offset, id) : zoneFrom(id, offsetsOf(observances));
}
