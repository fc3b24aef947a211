import { expand } from "./expand.js";
import { type JComponent, property, subcomponents, text } from "./jcal.js";
import { instantOf, propertyMoment } from "./moment.js";
import { type CalendarObject, members } from "./object.js";
import type { Range } from "./overlap.js";
import type { BusyPeriod, BusyType } from "./periods.js";
import type { Family } from "./recur/series.js";
import { clip, paint, type Stretch, wipe } from "./timeline.js";
import { DAY, parseDuration } from "./wall.js";
import type { Zone } from "./zones.js";

/** VAVAILABILITY components of one place: what their TZIDs mean there, and the zone of floating times. */
export interface Availability {
  readonly components: readonly JComponent[];
  readonly timezones: ReadonlyMap<string, JComponent>;
  readonly floating: Zone;
}

/** The components of a VAVAILABILITY object. */
export function availabilityOf(object: CalendarObject, floating: Zone): Availability {
  return { components: members(object), timezones: object.timezones, floating };
}

/**
 * The time that VAVAILABILITY components, wherever they are kept, leave unavailable within a range, ascending (RFC 7953 5; CAL-130 to
 * CAL-132): from the lowest priority (0, then 9 to 1) each marks its span with its BUSYTYPE and frees the instances of its AVAILABLE
 * parts. Of equal ones the later wins. `instances` bounds the expansion of each AVAILABLE.
 */
export function availabilityBusy(sources: readonly Availability[], range: Range, instances: number): BusyPeriod[] {
  let timeline: Stretch<BusyType>[] = [];
  const all = sources.flatMap((source) => source.components.map((component) => ({ ...source, component })));
  for (const { component, timezones, floating } of all.sort((a, b) => rank(b.component) - rank(a.component))) {
    const [span] = clip([spanOf(component, timezones, floating)], range);
    if (!span) continue;
    timeline = paint(timeline, span, busyTypeOf(component));
    for (const family of familiesOf(component, timezones)) {
      const { occurrences } = expand(family, span, floating, { instances });
      timeline = wipe(timeline, clip(occurrences, span));
    }
  }
  return timeline.map(({ start, end, mark }) => ({ start, end, type: mark }));
}

/** 1 is the highest priority, 9 the lowest, 0 or none below that. */
function rank(component: JComponent): number {
  const priority = Number(property(component, "priority")?.[3] ?? 0);
  return priority >= 1 && priority <= 9 ? priority : 10;
}

function busyTypeOf(component: JComponent): BusyType {
  const type = text(component, "busytype")?.toUpperCase();
  return type === "BUSY" || type === "BUSY-TENTATIVE" ? type : "BUSY-UNAVAILABLE";
}

function spanOf(component: JComponent, timezones: ReadonlyMap<string, JComponent>, floating: Zone): Range {
  const begin = propertyMoment(component, "dtstart", timezones);
  const start = begin ? instantOf(begin, floating) : -Infinity;
  const until = propertyMoment(component, "dtend", timezones);
  if (until) return { start, end: instantOf(until, floating) };
  const duration = parseDuration(property(component, "duration")?.[3]);
  if (!duration || !begin) return { start, end: Infinity };
  const shifted = instantOf({ ...begin, wall: begin.wall + duration.days * DAY }, floating);
  return { start, end: shifted + duration.time };
}

/** AVAILABLE parts by UID, each with its overrides (RFC 7953 3.1). */
function familiesOf(component: JComponent, timezones: ReadonlyMap<string, JComponent>): readonly Family[] {
  const byUid = new Map<string, JComponent[]>();
  for (const part of subcomponents(component, "available")) {
    const uid = text(part, "uid") ?? "";
    byUid.set(uid, [...(byUid.get(uid) ?? []), part]);
  }
  return [...byUid.values()].flatMap((parts) => {
    const masters = parts.filter((part) => !property(part, "recurrence-id"));
    const overrides = parts.filter((part) => property(part, "recurrence-id"));
    const [first, ...others] = masters;
    return [{ master: first, overrides, timezones }, ...others.map((master) => ({ master, overrides: [], timezones }))];
  });
}
