import { type JComponent, type JProperty, param, property } from "./jcal.js";
import { DAY, type Duration, HOUR, parseDuration, parseWall } from "./wall.js";
import { utcZone, type Zone, zoneOf } from "./zones.js";

/** A DATE or DATE-TIME with its zone resolved; `zone` is `undefined` for DATE and floating times, which take the reader's zone. */
export interface Moment {
  readonly wall: number;
  readonly allDay: boolean;
  readonly zone: Zone | undefined;
}

/** Reads one value of a date property; `undefined` if it is no time. An unknown TZID makes the time floating. */
export function momentOf(
  of: JProperty,
  value: unknown,
  timezones: ReadonlyMap<string, JComponent>,
): Moment | undefined {
  const read = parseWall(value);
  if (!read) return undefined;
  if (read.form === "utc") return { wall: read.wall, allDay: false, zone: utcZone };
  if (read.form === "date") return { wall: read.wall, allDay: true, zone: undefined };
  const tzid = param(of, "tzid");
  return { wall: read.wall, allDay: false, zone: tzid === undefined ? undefined : zoneWithin(tzid, timezones) };
}

const found = new WeakMap<ReadonlyMap<string, JComponent>, Map<string, Zone | undefined>>();

/** Keeps what a TZID means as long as the object lives: one EXDATE in thousands must not read its VTIMEZONE again. */
function zoneWithin(tzid: string, timezones: ReadonlyMap<string, JComponent>): Zone | undefined {
  if (!timezones.has(tzid)) return zoneOf(tzid, timezones);
  const known = found.get(timezones) ?? new Map<string, Zone | undefined>();
  found.set(timezones, known);
  if (!known.has(tzid)) known.set(tzid, zoneOf(tzid, timezones));
  return known.get(tzid);
}

/** The moment a single-valued property names; `undefined` if it is absent or no time. */
export function propertyMoment(
  component: JComponent,
  name: string,
  timezones: ReadonlyMap<string, JComponent>,
): Moment | undefined {
  const found = property(component, name);
  return found && momentOf(found, found[3], timezones);
}

/** The instant (UTC milliseconds) of a moment, read in `floating` where it has no zone of its own. */
export function instantOf(moment: Moment, floating: Zone): number {
  return (moment.zone ?? floating).toUtc(moment.wall);
}

/** The wall clock that a zone shows at an instant. */
export function wallAt(zone: Zone, utc: number): number {
  return utc + zone.offsetAt(utc) * 1000;
}

/** How long an instance lasts: days on the wall clock first, exact time after (RFC 5545 3.3.6). */
export type Length = Duration;

export const NO_LENGTH: Length = { days: 0, time: 0 };

/** The end of something that begins at that wall time of the zone and lasts that long; never before its start. */
export function endOf(wall: number, start: number, zone: Zone, length: Length): number {
  const days = length.days === 0 ? start : zone.toUtc(wall + length.days * DAY);
  return Math.max(start, days + length.time);
}

/** Upper bound in milliseconds of a length, whatever the zone does meanwhile. */
export function mostOf(length: Length): number {
  return Math.max(0, length.days * DAY + length.time + (length.days === 0 ? 0 : 26 * HOUR));
}

/** Length of a component: DTEND or DUE less DTSTART, else DURATION, else `undefined` (RFC 5545 3.6.1, 3.6.2). */
export function lengthOf(
  component: JComponent,
  start: Moment,
  endName: "dtend" | "due",
  timezones: ReadonlyMap<string, JComponent>,
  floating: Zone,
): Length | undefined {
  const end = propertyMoment(component, endName, timezones);
  if (end?.allDay && start.allDay) return { days: Math.max(0, Math.round((end.wall - start.wall) / DAY)), time: 0 };
  if (end) return { days: 0, time: Math.max(0, instantOf(end, floating) - instantOf(start, floating)) };
  const duration = parseDuration(property(component, "duration")?.[3]);
  if (!duration) return undefined;
  return duration.days < 0 || duration.time < 0 ? NO_LENGTH : duration;
}
