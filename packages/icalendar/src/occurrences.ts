import { ANY_ZONE } from "./bounds.js";
import { busyTypeOf } from "./busy.js";
import { expand } from "./expand.js";
import { type JComponent, type JProperty, param, properties, property, values } from "./jcal.js";
import { endOf, momentOf } from "./moment.js";
import { type CalendarObject, members } from "./object.js";
import {
  BUCKET,
  bucketOf,
  type InstanceBusy,
  type Margin,
  type OccurrenceRow,
  occurrenceRows,
} from "./occurrence-rows.js";
import { visitStarts } from "./recur/nominal.js";
import { seriesOf } from "./recur/series.js";
import { DAY } from "./wall.js";
import { utcZone } from "./zones.js";
import { ZONE_DATA } from "./zones/iana.js";

/** Where the instances of an event are, for a database. Times are epoch milliseconds. Plain data. */
export interface OccurrenceIndex {
  /** What it was reckoned by: the rules of this module, and the time zone data where the object refers to zones. */
  readonly basis: string;
  /** All instances that begin before are told by `rows`, or by the bounds of a short event. */
  readonly coveredUntil: number;
  readonly rows: readonly OccurrenceRow[];
}

/** How much a length can differ between readers whose zones change their offset meanwhile. */
export const ANY_LENGTH = 2 * ANY_ZONE;

/** Bounds no farther apart are as good as the instance itself. */
export const SHORT = 5 * DAY;
/** What `coveredUntil` is when nothing, or everything, is covered. */
export const NEVER = Number.MIN_SAFE_INTEGER;
export const ALWAYS = Number.MAX_SAFE_INTEGER;

/** Two years of buckets; upkeep adds to them before half is used up. */
const BUCKETS_AHEAD = 16;
const LEAST_AHEAD = 8;
const MOST_INSTANCES = 10_000;
/** One search for an object is cheap, one for each of many rules is not. */
const MOST_RULES = 2;

const RULES = "1";
/** What an index of today is reckoned by: without and with references to time zones. */
export const TRUSTED: readonly [plain: string, zoned: string] = [RULES, `${RULES} ${ZONE_DATA}`];

/** Up to where an index must reach at least at a time; below it upkeep makes it anew. */
export const leastCoverage = (now: number): number => (bucketOf(now) + LEAST_AHEAD) * BUCKET;

/** What the index of an object says of its time: epoch milliseconds, null without bound; the TZIDs it refers to. */
export interface IndexedTime {
  readonly firstStart: number | null;
  readonly lastEnd: number | null;
  readonly recurring: boolean;
  readonly timezones: readonly string[];
}

/** Whether bounds alone say when an event is: it happens once and not for long. */
export function isShort({ recurring, firstStart, lastEnd }: IndexedTime): boolean {
  return !recurring && firstStart !== null && lastEnd !== null && lastEnd - firstStart <= SHORT;
}

/**
 * The instances of an event from its first one to about two years after `now` (epoch milliseconds), in rows by time and kind
 * (RFC 4791 9.9). Nothing is covered of what would take too many instances or rows, nor of other components.
 */
export function occurrencesOf(object: CalendarObject, index: IndexedTime, now: number): OccurrenceIndex {
  const basis = TRUSTED[index.timezones.length === 0 ? 0 : 1];
  if (object.component !== "VEVENT" || index.firstStart === null) return { basis, coveredUntil: NEVER, rows: [] };
  if (isShort(index)) return { basis, coveredUntil: ALWAYS, rows: [] };
  const horizon = (bucketOf(now) + BUCKETS_AHEAD) * BUCKET;
  const rows = plainRows(object, horizon) ?? rowsIn(object, horizon);
  if (!rows) return { basis, coveredUntil: NEVER, rows: [] };
  const isWhole = index.lastEnd !== null && index.lastEnd < horizon;
  return { basis, coveredUntil: isWhole ? ALWAYS : horizon, rows };
}

function rowsIn(object: CalendarObject, end: number): readonly OccurrenceRow[] | undefined {
  const margin = marginOf(object);
  // What a change for all later instances does to their times cannot be told for every reader at once.
  if (margin === "exceptions" && object.overrides.some(isAndFuture)) return undefined;
  if (rulesOf(object) > MOST_RULES) return undefined;
  const rows = occurrenceRows(margin, end);
  let left = MOST_INSTANCES;
  for (const family of margin === "exceptions" ? withoutExceptions(object) : [object]) {
    const found = expand(family, { start: -Infinity, end }, utcZone, { instances: left });
    if (!found.complete) return undefined;
    left -= found.occurrences.length;
    for (const { start, end, component } of found.occurrences) rows.add(start, end, component);
  }
  return rows.all();
}

/** The same without a trace of each instance, for a series that is nothing but its rule; `undefined`: look closer. */
function plainRows(object: CalendarObject, end: number): readonly OccurrenceRow[] | undefined {
  const { component, start, length, zone } = seriesOf(object, utcZone).master ?? {};
  if (!component || !length || !zone || start === undefined || object.overrides.length > 0) return undefined;
  const margin = marginOf(object);
  if (margin === "exceptions") return undefined;
  const rows = occurrenceRows(margin, end);
  let left = MOST_INSTANCES;
  const isWhole = visitStarts(seriesOf(object, utcZone), end, (utc, wall) => {
    rows.add(utc, endOf(wall, utc, zone, length), component);
    return --left >= 0;
  });
  return isWhole ? rows.all() : undefined;
}

const rulesOf = ({ master }: CalendarObject): number =>
  master ? properties(master, "rrule").length + properties(master, "exrule").length : 0;

const isAndFuture = (component: JComponent): boolean => {
  const id = property(component, "recurrence-id");
  return id !== undefined && param(id, "range")?.toUpperCase() === "THISANDFUTURE";
};

/** The series as if nothing were taken out of it, and each override by itself: no reader sees another instance. */
function withoutExceptions({ master, overrides, timezones }: CalendarObject): readonly Family[] {
  const whole: JComponent | undefined = master && [
    master[0],
    master[1].filter(([name]) => name !== "exdate" && name !== "exrule"),
    master[2],
  ];
  return [
    ...(whole ? [{ master: whole, overrides: [], timezones }] : []),
    ...overrides.map((override) => ({ master: undefined, overrides: [override], timezones })),
  ];
}

type Family = Pick<CalendarObject, "master" | "overrides" | "timezones">;

const TIMES = ["dtstart", "dtend", "recurrence-id", "rdate", "exdate"] as const;

function marginOf(object: CalendarObject): Margin {
  if (!dependsOnReader(object)) return "none";
  const { master, overrides } = object;
  const hasExceptions = master !== undefined && (property(master, "exdate") ?? property(master, "exrule"));
  return hasExceptions || overrides.length > 0 ? "exceptions" : "zone";
}

/** Whether a time of the object takes the zone of the reader: a day, or a time without a known zone (RFC 4791 7.3). */
export function dependsOnReader(object: Pick<CalendarObject, "master" | "overrides" | "timezones">): boolean {
  const { master, overrides, timezones } = object;
  const floats = (of: JProperty, value: unknown): boolean => {
    const moment = momentOf(of, value, timezones);
    return moment !== undefined && moment.zone === undefined;
  };
  return [...(master ? [master] : []), ...overrides].some((component) =>
    TIMES.some((name) =>
      properties(component, name).some((of) =>
        values(of).some((value) => (Array.isArray(value) ? value : [value]).some((part) => floats(of, part))),
      ),
    ),
  );
}

/** Whether an event that happens once makes busy, and how, when it lasts; null where that depends on the reader. */
export function busyOnce(object: CalendarObject, lasts: boolean): InstanceBusy | null {
  const [component] = members(object);
  if (object.component !== "VEVENT" || !component) return null;
  const type = busyTypeOf(component) ?? "FREE";
  if (type === "FREE") return type;
  if (dependsOnReader(object)) return null;
  return lasts ? type : "FREE";
}
