import { availabilityBusy, availabilityOf } from "./availability.js";
import { expand } from "./expand.js";
import { type JComponent, type JProperty, param, properties, text } from "./jcal.js";
import { type CalendarObject, members } from "./object.js";
import type { Range } from "./overlap.js";
import { type BusyPeriod, type BusyType, periodsOf, typeOf } from "./periods.js";
import { printCalendar } from "./print.js";
import { clip, paint, type Stretch } from "./timeline.js";
import { printWall } from "./wall.js";
import type { Zone } from "./zones.js";

export interface BusyOptions {
  /** Calendar user addresses of the owner (any case): their own PARTSTAT counts (CAL-126). */
  readonly owner?: Iterable<string>;
  /** The most instances of one object to look at; 10 000 unless said otherwise. */
  readonly instances?: number;
}

/**
 * The busy time of one object within a range, cut to it, not merged: opaque events by STATUS and the owner's PARTSTAT, the periods
 * of VFREEBUSY, the gaps of VAVAILABILITY (RFC 4791 7.10; CAL-122, CAL-126). Tasks and journals are never busy.
 */
export function busyPeriods(
  object: CalendarObject,
  range: Range,
  floating: Zone,
  options: BusyOptions = {},
): BusyPeriod[] {
  const instances = options.instances ?? 10_000;
  switch (object.component) {
    case "VEVENT": {
      const owner = new Set([...(options.owner ?? [])].map((address) => address.toLowerCase()));
      const { occurrences } = expand(object, range, floating, { instances });
      const busy = occurrences.flatMap(({ start, end, component }) => {
        const type = busyTypeOf(component, owner);
        return type === undefined || !Number.isFinite(start) ? [] : [{ start, end, type }];
      });
      return clip(busy, range);
    }
    case "VFREEBUSY":
      return clip(
        members(object).flatMap((each) => properties(each, "freebusy").flatMap(typedPeriods)),
        range,
      );
    case "VAVAILABILITY":
      return availabilityBusy([availabilityOf(object, floating)], range, instances);
    case "VTODO":
    case "VJOURNAL":
      return [];
  }
}

function typedPeriods(property: JProperty): BusyPeriod[] {
  const type = typeOf(property);
  if (type === "FREE") return [];
  const known: BusyType = type === "BUSY-TENTATIVE" || type === "BUSY-UNAVAILABLE" ? type : "BUSY";
  return periodsOf(property).map((period) => ({ ...period, type: known }));
}

const nobody: ReadonlySet<string> = new Set();

/** How busy an event makes its owner, of whom these are the addresses in lower case; `undefined`: not at all. */
export function busyTypeOf(component: JComponent, owner = nobody): BusyType | undefined {
  const status = text(component, "status")?.toUpperCase();
  if (text(component, "transp")?.toUpperCase() === "TRANSPARENT" || status === "CANCELLED") return undefined;
  const partstat = owner.size === 0 ? undefined : ownPartstat(component, owner);
  if (partstat === "DECLINED") return undefined;
  const open = partstat === "NEEDS-ACTION" || partstat === "TENTATIVE";
  return status === "TENTATIVE" || open ? "BUSY-TENTATIVE" : "BUSY";
}

function ownPartstat(component: JComponent, owner: ReadonlySet<string>): string | undefined {
  const own = properties(component, "attendee").find((attendee) => owner.has(String(attendee[3]).toLowerCase()));
  return own && (param(own, "partstat") ?? "NEEDS-ACTION").toUpperCase();
}

/** Joins periods of one type that overlap or touch, cut to the range, ascending (CAL-123, RFC 5546 3.3). */
export function mergeBusy(periods: readonly BusyPeriod[], range: Range): BusyPeriod[] {
  const merged: BusyPeriod[] = [];
  const last = new Map<BusyType, number>();
  for (const period of clip(periods, range).sort((a, b) => a.start - b.start)) {
    const at = last.get(period.type);
    const before = at === undefined ? undefined : merged[at];
    if (at !== undefined && before && period.start <= before.end) {
      merged[at] = { ...before, end: Math.max(before.end, period.end) };
    } else {
      last.set(period.type, merged.length);
      merged.push(period);
    }
  }
  return merged;
}

/** One type at any time: BUSY over BUSY-UNAVAILABLE over BUSY-TENTATIVE; ascending (CAL-123). */
export function flattenBusy(periods: readonly BusyPeriod[], range: Range): BusyPeriod[] {
  const merged = mergeBusy(periods, range);
  let timeline: Stretch<BusyType>[] = [];
  for (const type of ["BUSY-TENTATIVE", "BUSY-UNAVAILABLE", "BUSY"] as const) {
    for (const period of merged) if (period.type === type) timeline = paint(timeline, period, type);
  }
  return mergeBusy(
    timeline.map(({ start, end, mark }) => ({ start, end, type: mark })),
    range,
  );
}

export interface FreeBusyHead {
  /** The range asked for and the time of making, UTC milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly stamp: number;
  readonly uid?: string;
  /** Calendar user addresses, for answers to scheduling requests. */
  readonly organizer?: string;
  readonly attendee?: string;
  /** Where the answer can be read again. */
  readonly url?: string;
  /** METHOD of the calendar; none in a free-busy-query report. */
  readonly method?: string;
}

/** The text of a VCALENDAR with one VFREEBUSY that tells those periods (RFC 4791 7.10, RFC 5545 3.6.4; CAL-120, CAL-124). */
export function freeBusyText(head: FreeBusyHead, periods: readonly BusyPeriod[]): string {
  const utc = (ms: number): string => printWall(Math.floor(ms / 1000) * 1000, "utc");
  const time = (name: string, ms: number): JProperty => [name, {}, "date-time", utc(ms)];
  const said = (name: string, type: string, value: string | undefined): JProperty[] =>
    value === undefined ? [] : [[name, {}, type, value]];
  const freebusy = periods.map(({ start, end, type }): JProperty => [
    "freebusy",
    type === "BUSY" ? {} : { fbtype: type },
    "period",
    [utc(start), utc(end)],
  ]);
  const component: JComponent = [
    "vfreebusy",
    [
      ...said("uid", "text", head.uid),
      ...[time("dtstamp", head.stamp), time("dtstart", head.start), time("dtend", head.end)],
      ...said("organizer", "cal-address", head.organizer),
      ...said("attendee", "cal-address", head.attendee),
      ...said("url", "uri", head.url),
      ...freebusy,
    ],
    [],
  ];
  const calendar: JProperty[] = [
    ["version", {}, "text", "2.0"],
    ["prodid", {}, "text", "-//Kalends//Kalends//EN"],
    ...said("method", "text", head.method),
  ];
  return printCalendar(["vcalendar", calendar, [component]]);
}
