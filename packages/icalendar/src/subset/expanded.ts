import { expand, type Occurrence } from "../expand.js";
import { type JComponent, type JProperty, property } from "../jcal.js";
import { instantOf, momentOf, wallAt } from "../moment.js";
import type { CalendarObject } from "../object.js";
import type { Range } from "../overlap.js";
import { printParts } from "../print.js";
import { parseWall, printWall, type WallTime } from "../wall.js";
import type { Zone } from "../zones.js";

const RECURRENCE = new Set(["rrule", "rdate", "exdate", "exrule"]);
const TIMES = new Set(["dtstart", "dtend", "due", "duration", "recurrence-id"]);

type Form = WallTime["form"];

/**
 * Every instance of an object within a range as a component of its own, in UTC, without rules and zones (RFC 4791 9.6.5; CAL-93,
 * CAL-94). Days stay days, floating times stay floating. Undefined when there are more than `most`.
 */
export function expandedInstances(
  object: CalendarObject,
  range: Range,
  floating: Zone,
  most: number,
): readonly JComponent[] | undefined {
  const { occurrences, complete } = expand(object, range, floating, { instances: most });
  return complete ? occurrences.map((each) => instance(each, object, floating)) : undefined;
}

/** The same as one text, for an answer that holds everything: what instances share is written once. */
export function expandedText(object: CalendarObject, range: Range, floating: Zone, most: number): string | undefined {
  const { occurrences, complete } = expand(object, range, floating, { instances: most });
  if (!complete) return undefined;
  const shared = new Map<JComponent, string>();
  const [name, properties] = object.calendar;
  let text = `BEGIN:${name.toUpperCase()}\r\n${printParts(properties, [])}`;
  for (const each of occurrences) {
    const { component } = each;
    const rest = shared.get(component) ?? printParts(restOf(component, object, floating), component[2]);
    shared.set(component, rest);
    const kind = component[0].toUpperCase();
    text += `BEGIN:${kind}\r\n${printParts(timesOf(each, object, floating), [])}${rest}END:${kind}\r\n`;
  }
  return `${text}END:${name.toUpperCase()}\r\n`;
}

function instance(occurrence: Occurrence, object: CalendarObject, floating: Zone): JComponent {
  const { component } = occurrence;
  const [name, , components] = component;
  return [name, [...timesOf(occurrence, object, floating), ...restOf(component, object, floating)], components];
}

/** What all instances that a component describes have in common. */
function restOf([, properties]: JComponent, object: CalendarObject, floating: Zone): readonly JProperty[] {
  const rest = properties.filter((each) => !RECURRENCE.has(each[0]) && !TIMES.has(each[0]));
  return rest.map((each) => withoutZone(each, object, floating));
}

function timesOf(occurrence: Occurrence, object: CalendarObject, floating: Zone): JProperty[] {
  const { component, allDay, floatingTime, hasStart, recurrenceId } = occurrence;
  const form: Form = allDay ? "date" : floatingTime ? "local" : "utc";
  const times: JProperty[] = hasStart ? [timeProperty("dtstart", form, occurrence.start, floating)] : [];
  const end = endProperty(occurrence, form, floating);
  if (end !== undefined) times.push(end);
  if (recurrenceId === undefined) return times;
  const idForm = formOfId(component, object) ?? form;
  return [...times, timeProperty("recurrence-id", idForm, recurrenceId, floating)];
}

/** DURATION becomes an end, because its days are longer or shorter where clocks change. */
function endProperty(occurrence: Occurrence, form: Form, floating: Zone): JProperty | undefined {
  const { component, start, end, hasEnd } = occurrence;
  const lasts = hasEnd || (form !== "date" && end > start);
  if (!lasts || !Number.isFinite(end) || component[0] === "vjournal") return undefined;
  return timeProperty(component[0] === "vtodo" ? "due" : "dtend", form, end, floating);
}

/** An override of an all-day series may have a time and still is known by a day. */
function formOfId(component: JComponent, object: CalendarObject): Form | undefined {
  const known = property(component, "recurrence-id") ?? (object.master && property(object.master, "dtstart"));
  const moment = known && momentOf(known, known[3], object.timezones);
  if (moment === undefined) return undefined;
  if (moment.allDay) return "date";
  return moment.zone === undefined ? "local" : "utc";
}

function timeProperty(name: string, form: Form, instant: number, floating: Zone): JProperty {
  const wall = form === "utc" ? instant : wallAt(floating, instant);
  return [name, {}, form === "date" ? "date" : "date-time", printWall(wall, form)];
}

function withoutZone(each: JProperty, object: CalendarObject, floating: Zone): JProperty {
  const [name, params, type, ...values] = each;
  if (type !== "date-time" || !Object.hasOwn(params, "tzid")) return each;
  const { tzid: _, ...others } = params;
  const utc = values.map((value) => {
    const moment = parseWall(value) && momentOf(each, value, object.timezones);
    return moment === undefined ? value : printWall(instantOf(moment, floating), "utc");
  });
  return [name, others, type, ...utc];
}
