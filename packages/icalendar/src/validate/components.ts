import type { Finding, FindingCode } from "../finding.js";
import { type JComponent, type JProperty, properties, property, subcomponents, text, values } from "../jcal.js";
import type { ObjectLimits } from "../limits.js";
import { instantOf, momentOf } from "../moment.js";
import { type CalendarObject, members } from "../object.js";
import { at } from "../places.js";
import { DAY, parseWall } from "../wall.js";
import { utcZone } from "../zones.js";

const ONCE = ["dtstart", "dtend", "due", "duration", "recurrence-id", "dtstamp", "organizer", "sequence"] as const;
/** Times a person or a program set on purpose; stamps such as CREATED are often nonsense and harm nobody. */
const BOUNDED = ["dtstart", "dtend", "due", "recurrence-id", "rdate"] as const;

/** Checks on each component by itself: presence, number, types and order of its times, people, bounds (RFC 5545 3.6). */
export function componentFindings(object: CalendarObject, limits: ObjectLimits): readonly Finding[] {
  if (!limits.components.some((name) => name.toUpperCase() === object.component)) {
    const message = `This calendar does not take ${object.component} components.`;
    const part = members(object)[0] ?? object.calendar;
    return [{ ...problem("supported-calendar-component", part, message), spec: "RFC 4791 5.2.3" }];
  }
  return members(object).flatMap((component) => [
    ...onceFindings(component),
    ...startFindings(component),
    ...subcomponents(component, "available").flatMap((part) => availableFindings(part, object)),
    ...endFindings(component, object),
    ...attendeeFindings(component, limits),
    ...boundFindings(component, object, limits),
  ]);
}

/** The same said twice is no contradiction. */
function onceFindings(component: JComponent): readonly Finding[] {
  return ONCE.flatMap((name) => {
    const [first, ...more] = properties(component, name);
    const other = more.find((each) => JSON.stringify(each) !== JSON.stringify(first));
    return other === undefined ? [] : invalid(other, `${label(component)} has two different ${name.toUpperCase()}.`);
  });
}

/** A part of VAVAILABILITY has times and a name of its own (RFC 7953 3.1; CAL-131). */
function availableFindings(part: JComponent, object: CalendarObject): readonly Finding[] {
  const named = (text(part, "uid") ?? "").trim() !== "";
  return [
    ...(named ? [] : invalid(part, "AVAILABLE has no UID.")),
    ...onceFindings(part),
    ...startFindings(part),
    ...endFindings(part, object),
  ];
}

function startFindings(component: JComponent): readonly Finding[] {
  const start = property(component, "dtstart");
  if (start === undefined) {
    const isNeeded = component[0] === "vevent" || component[0] === "available";
    return isNeeded ? invalid(component, `${label(component)} has no DTSTART.`) : [];
  }
  if (parseWall(start[3]) === undefined) return invalid(start, "DTSTART is neither a date nor a date with time.");
  const sequence = property(component, "sequence");
  const negative = sequence !== undefined && !(Number(sequence[3]) >= 0);
  return negative ? invalid(sequence, "SEQUENCE is not a whole number from 0 on.") : [];
}

function endFindings(component: JComponent, object: CalendarObject): readonly Finding[] {
  const name = component[0] === "vtodo" ? "due" : "dtend";
  const start = property(component, "dtstart");
  const end = property(component, name);
  const duration = property(component, "duration");
  if (end !== undefined && duration !== undefined) {
    return invalid(duration, `${label(component)} has both ${name.toUpperCase()} and DURATION.`);
  }
  if (duration !== undefined && start === undefined && component[0] !== "vevent") {
    return invalid(duration, `${label(component)} has DURATION without DTSTART.`);
  }
  if (end === undefined || component[0] === "vjournal") return [];
  if (parseWall(end[3]) === undefined)
    return invalid(end, `${name.toUpperCase()} is neither a date nor a date with time.`);
  if (start === undefined) return [];
  if (start[2] !== end[2])
    return invalid(end, `${name.toUpperCase()} and DTSTART must both have a time or both be days.`);
  return name === "dtend" ? orderFindings(start, end, object) : [];
}

/** Equal times are accepted, as Outlook and Apple write them. */
function orderFindings(start: JProperty, end: JProperty, object: CalendarObject): readonly Finding[] {
  const from = momentOf(start, start[3], object.timezones);
  const to = momentOf(end, end[3], object.timezones);
  if (from === undefined || to === undefined || (from.zone === undefined) !== (to.zone === undefined)) return [];
  return instantOf(to, utcZone) < instantOf(from, utcZone) ? invalid(end, "DTEND is before DTSTART.") : [];
}

function attendeeFindings(component: JComponent, limits: ObjectLimits): readonly Finding[] {
  const attendees = properties(component, "attendee");
  const first = attendees[limits.maxAttendees];
  if (first === undefined) return [];
  const message = `${label(component)} has ${attendees.length} attendees; at most ${limits.maxAttendees} are allowed.`;
  return [{ ...problem("max-attendees-per-instance", first, message), spec: "RFC 4791 5.2.9" }];
}

function boundFindings(component: JComponent, object: CalendarObject, limits: ObjectLimits): readonly Finding[] {
  const dated = BOUNDED.flatMap((name) => properties(component, name));
  const early = dated.find((each) => isBeyond(each, object, (instant) => instant < limits.minDateTime));
  const late = dated.find((each) => isBeyond(each, object, (instant) => instant > limits.maxDateTime));
  const bound = (
    part: JProperty | undefined,
    code: "min-date-time" | "max-date-time",
    word: string,
  ): readonly Finding[] => {
    if (part === undefined) return [];
    const limit = new Date(code === "min-date-time" ? limits.minDateTime : limits.maxDateTime)
      .toISOString()
      .slice(0, 10);
    const message = `${part[0].toUpperCase()} is ${word} ${limit}, the ${code === "min-date-time" ? "first" : "last"} day this calendar takes.`;
    return [{ ...problem(code, part, message), spec: "RFC 4791 5.2.6, 5.2.7" }];
  };
  return [...bound(early, "min-date-time", "before"), ...bound(late, "max-date-time", "after")];
}

/** Whether an instant of a property is beyond; days and floating times are read as UTC. Zones are asked only within a day of it. */
function isBeyond(each: JProperty, { timezones }: CalendarObject, beyond: (instant: number) => boolean): boolean {
  return values(each)
    .flat()
    .some((value) => {
      const wall = parseWall(value)?.wall;
      if (wall === undefined || beyond(wall - DAY) === beyond(wall + DAY)) return wall !== undefined && beyond(wall);
      const moment = momentOf(each, value, timezones);
      return moment !== undefined && beyond(instantOf(moment, utcZone));
    });
}

function invalid(part: JComponent | JProperty, message: string): readonly Finding[] {
  return [problem("valid-calendar-data", part, message)];
}

function problem(code: FindingCode, part: JComponent | JProperty, message: string): Finding {
  return { code, ...at(part), property: part[0].toUpperCase(), message, spec: "RFC 5545 3.6" };
}

function label(component: JComponent): string {
  return component[0].toUpperCase();
}
