import { bounds } from "./bounds.js";
import { type JComponent, param, properties, property, text } from "./jcal.js";
import { type CalendarObject, members } from "./object.js";
import type { InstanceBusy } from "./occurrence-rows.js";
import { busyOnce } from "./occurrences.js";
import { type Privacy, privacyOf } from "./privacy.js";
import { testedMask } from "./tested.js";

/** What the database keeps of an object to find it by. Plain data. */
export interface ObjectIndex {
  /** Which properties the object has, see `testedMask`; null where a filter on them needs the object itself. */
  readonly has: number | null;
  /** By which rules the index was made: `INDEX_VERSION`. What was made by earlier ones is made anew in time. */
  readonly version: number;
  /** Epoch milliseconds; no instance begins before. Null: no bound. Days and floating times are bounded for every zone. */
  readonly firstStart: number | null;
  /** Epoch milliseconds; no instance ends after. Null: endless. */
  readonly lastEnd: number | null;
  /** Whether the instances must be asked for: one start and one end do not tell. */
  readonly recurring: boolean;
  readonly allDay: boolean;
  readonly summary: string | null;
  /** Upper case. */
  readonly status: string | null;
  /** OPAQUE when any component of the object is. */
  readonly transp: "OPAQUE" | "TRANSPARENT";
  /** CLASS, upper case. */
  readonly classification: string | null;
  /** Who may see what of it: decides which way it goes out. */
  readonly privacy: Privacy;
  /** Calendar user address as written. */
  readonly organizer: string | null;
  /** Calendar user addresses as written, each once, of all components. */
  readonly attendees: readonly string[];
  readonly completed: boolean;
  /** How busy an event makes that happens once; null where that depends on the reader, or on the instance. */
  readonly busy: InstanceBusy | null;
  readonly hasAlarm: boolean;
  /** Epoch milliseconds between which alarms go off. Null: no bound, or no alarm at all. */
  readonly firstAlarm: number | null;
  readonly lastAlarm: number | null;
  /** TZIDs the object refers to. */
  readonly timezones: readonly string[];
}

/** Raised when the index tells more, or something else, than before. */
export const INDEX_VERSION = 1;

/** EXDATE counts too: it can take away the only instance (RFC 5545 3.8.5.1). */
const RECURRENCE = ["rrule", "rdate", "exdate", "exrule"] as const;

/** The index values of an object: of its master, or of its first override when it has no master. */
export function extractIndex(object: CalendarObject): ObjectIndex {
  const all = members(object);
  const main = all[0] ?? object.calendar;
  const { firstStart, lastEnd, firstAlarm, lastAlarm } = bounds(object);
  const recurring = object.overrides.length > 0 || RECURRENCE.some((name) => property(main, name) !== undefined);
  const { version, has, summary, status, transp, classification, organizer } = testedIndex(object);
  // One literal without spread: V8 adds what stands behind one property by property, at microseconds each.
  return {
    version,
    has,
    summary,
    status,
    transp,
    classification,
    organizer,
    firstStart: finite(firstStart),
    lastEnd: finite(lastEnd),
    recurring,
    busy: recurring ? null : busyOnce(object, lastEnd > firstStart),
    allDay: (property(main, "dtstart") ?? property(main, "due"))?.[2] === "date",
    privacy: privacyOf(object.calendar),
    attendees: [...new Set(all.flatMap(attendeesOf))],
    completed: property(main, "completed") !== undefined || upper(main, "status") === "COMPLETED",
    hasAlarm: all.some((each) => each[2].some(([name]) => name === "valarm")),
    firstAlarm: finite(firstAlarm),
    lastAlarm: finite(lastAlarm),
    timezones: [...new Set(all.flatMap(tzidsOf))],
  };
}

/** The part of the index that filters on properties are put to, and the version of the whole. */
export function testedIndex(object: CalendarObject) {
  const all = members(object);
  const main = all[0] ?? object.calendar;
  const isTransparent = all.every((each) => upper(each, "transp") === "TRANSPARENT");
  const summary = text(main, "summary") ?? null;
  const status = upper(main, "status");
  const transp = isTransparent ? ("TRANSPARENT" as const) : ("OPAQUE" as const);
  const classification = upper(main, "class");
  const organizer = text(main, "organizer") ?? null;
  const has = testedMask(object, { summary, status, transp, class: classification, organizer });
  return { version: INDEX_VERSION, has, summary, status, transp, classification, organizer };
}

function finite(instant: number): number | null {
  return Number.isFinite(instant) ? instant : null;
}

function upper(component: JComponent, name: string): string | null {
  return text(component, name)?.trim().toUpperCase() ?? null;
}

function attendeesOf(component: JComponent): readonly string[] {
  return properties(component, "attendee").flatMap((each) => (typeof each[3] === "string" ? each[3] : []));
}

function tzidsOf(component: JComponent): readonly string[] {
  const own = component[1].flatMap((each) => param(each, "tzid") ?? []);
  return [...own, ...component[2].flatMap(tzidsOf)];
}
