import { reachOf } from "./alarms.js";
import { endOf, mostOf, propertyMoment } from "./moment.js";
import { type CalendarObject, members } from "./object.js";
import { slackNear } from "./recur/nominal.js";
import { type BoundRule, type Series, seriesOf, type Template } from "./recur/series.js";
import { walkRule } from "./recur/walk.js";
import { HOUR } from "./wall.js";
import { utcZone } from "./zones.js";

/** Limits of everything an object can touch in time: UTC milliseconds, open sides infinite. */
export interface Bounds {
  readonly firstStart: number;
  readonly lastEnd: number;
  /** First and last moment an alarm can go off; Infinity and -Infinity when there is none. */
  readonly firstAlarm: number;
  readonly lastAlarm: number;
}

/** Floating and all-day times may be read in any zone from UTC-12 to UTC+14. */
export const ANY_ZONE = 14 * HOUR;
/** COUNT is walked to its end only up to here. */
const MAX_COUNT = 2000;

/**
 * A cheap superset of all instances, for an index. Whoever matches a time-range [s, e) by RFC 4791 9.9 has
 * `firstStart <= e` and `lastEnd >= s`; whoever matches one on VALARM has `firstAlarm <= e` and `lastAlarm >= s`.
 * Endless rules and things without a time give Infinity. Filters on single properties (DTSTAMP and so on) are not covered.
 */
export function bounds(object: CalendarObject): Bounds {
  const series = seriesOf(object, utcZone);
  const spans = [...spansOf(series, object.timezones)];
  if (object.component === "VAVAILABILITY" || spans.length === 0) return { ...EVERYTHING };
  const firstStart = Math.min(...spans.map((span) => span.first));
  const lastEnd = Math.max(...spans.map((span) => span.last));
  const alarms = reachOf(members(object));
  const relative = alarms.relative && Number.isFinite(firstStart) ? alarms.relative : undefined;
  const unknown = alarms.relative !== undefined && relative === undefined;
  return {
    firstStart,
    lastEnd,
    firstAlarm: unknown ? -Infinity : Math.min(alarms.first, relative ? firstStart + relative.least : Infinity),
    lastAlarm: unknown ? Infinity : Math.max(alarms.last, relative ? lastEnd + relative.most : -Infinity),
  };
}

const EVERYTHING: Bounds = { firstStart: -Infinity, lastEnd: Infinity, firstAlarm: -Infinity, lastAlarm: Infinity };

interface Span {
  readonly first: number;
  readonly last: number;
}

function* spansOf(series: Series, timezones: Zones): Generator<Span> {
  const { master } = series;
  for (const override of series.overrides.values()) yield spanOf(override, timezones);
  if (!master) return;
  const own = spanOf(master, timezones);
  yield own;
  if (!master.anchor) return;
  const shifts = series.futures.map((future) => future.shift);
  const earliest = Math.min(0, ...shifts.map((shift) => shift - 26 * HOUR));
  const latest = Math.max(0, ...shifts.map((shift) => shift + 26 * HOUR));
  const longest = Math.max(
    ...[master, ...series.futures.map(({ template }) => template)].map(({ length }) => mostOf(length)),
  );
  const widest = [master, ...series.futures.map(({ template }) => template)].some((each) => isZoneless(each, timezones))
    ? 2 * ANY_ZONE
    : 0;
  if (series.futures.length > 0) yield { first: own.first + earliest, last: own.last + latest + longest };
  for (const { utc, end } of series.rdates) {
    yield { first: utc - widest + earliest, last: Math.max(end ?? utc, utc + latest + longest) + widest };
  }
  for (const rule of series.rules) {
    const last = lastStart(rule, master, series.rules.length === 1);
    yield {
      first: own.first + earliest - slackNear(master.zone, master.start),
      last: last + latest + longest + widest,
    };
  }
}

type Zones = CalendarObject["timezones"];

/** Whether its start or end depends on the zone of the reader. */
function isZoneless({ anchor, component }: Template, timezones: Zones): boolean {
  if (anchor?.zone === undefined) return true;
  const end = propertyMoment(component, component[0] === "vtodo" ? "due" : "dtend", timezones);
  return end !== undefined && end.zone === undefined;
}

function spanOf(template: Template, timezones: Zones): Span {
  const { anchor, start, zone, length } = template;
  if (!anchor) return { first: -Infinity, last: Infinity };
  const end = endOf(anchor.wall, start, zone, length);
  const widen = isZoneless(template, timezones) ? ANY_ZONE : 0;
  return { first: start - widen, last: end + widen };
}

/**
 * Not earlier than the last start of a rule: its UNTIL, or its last counted instance if that is cheap to find. One search for an
 * object is cheap, one for each of many rules is not.
 */
function lastStart({ rule, untilWall, untilUtc }: BoundRule, master: Template, isOnly: boolean): number {
  if (rule.count === undefined) {
    if (untilUtc !== Infinity) return untilUtc;
    return untilWall === Infinity ? Infinity : master.zone.toUtc(untilWall) + 26 * HOUR;
  }
  if (rule.count > MAX_COUNT || !isOnly || !master.anchor) return Infinity;
  let last = master.anchor.wall;
  const { end } = walkRule(rule, last, { from: -Infinity, to: Infinity }, (wall) => {
    last = wall;
    return true;
  });
  return end === "ended" ? master.zone.toUtc(last) + 26 * HOUR : Infinity;
}
