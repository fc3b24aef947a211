import { type JComponent, type JProperty, param, property } from "../jcal.js";
import { endOf, instantOf, type Length, lengthOf, NO_LENGTH, propertyMoment } from "../moment.js";
import type { CalendarObject } from "../object.js";
import type { Range } from "../overlap.js";
import { DAY, parseDuration, parseWall } from "../wall.js";
import type { Zone } from "../zones.js";

/** The master and those overrides whose time, now or originally, overlaps a range (RFC 4791 9.6.6; CAL-95). */
export function limitOverrides(object: CalendarObject, range: Range, floating: Zone): readonly JComponent[] {
  const overrides = new Set(object.overrides);
  return object.calendar[2].filter((each) => !overrides.has(each) || isAffecting(each, object, range, floating));
}

function isAffecting(override: JComponent, object: CalendarObject, range: Range, floating: Zone): boolean {
  const id = property(override, "recurrence-id");
  const original = spanOf(override, "recurrence-id", object.master ?? override, object, floating);
  const current = spanOf(override, "dtstart", override, object, floating);
  if (id === undefined || original === undefined) return true;
  if (param(id, "range")?.toUpperCase() === "THISANDFUTURE" && original.start < range.end) return true;
  return [original, current].some((span) => span !== undefined && isWithin(span, range));
}

/** From the moment a property names, as long as `measure` lasts. */
function spanOf(component: JComponent, name: string, measure: JComponent, object: CalendarObject, floating: Zone) {
  const moment = propertyMoment(component, name, object.timezones);
  if (moment === undefined) return undefined;
  const start = instantOf(moment, floating);
  const length = measuredLength(measure, object, floating) ?? (moment.allDay ? { days: 1, time: 0 } : NO_LENGTH);
  return { start, end: endOf(moment.wall, start, moment.zone ?? floating, length) };
}

function measuredLength(measure: JComponent, object: CalendarObject, floating: Zone): Length | undefined {
  const start = propertyMoment(measure, "dtstart", object.timezones);
  return start && lengthOf(measure, start, measure[0] === "vtodo" ? "due" : "dtend", object.timezones, floating);
}

/** Only FREEBUSY periods that touch the range (RFC 4791 9.6.7; CAL-96); a property left without any goes too. */
export function limitFreebusy([name, properties, components]: JComponent, range: Range): JComponent {
  if (name !== "vfreebusy") return [name, properties, components];
  return [name, properties.flatMap((each) => limitPeriods(each, range)), components];
}

function limitPeriods(each: JProperty, range: Range): JProperty[] {
  const [name, params, type, ...periods] = each;
  if (name !== "freebusy") return [each];
  const kept = periods.filter((period) => {
    const span = periodSpan(period);
    return span === undefined || isWithin(span, range);
  });
  return kept.length === 0 ? [] : [[name, params, type, ...kept]];
}

function periodSpan(period: unknown): Range | undefined {
  const [from, to] = Array.isArray(period) ? period : [];
  const start = parseWall(from)?.wall;
  if (start === undefined) return undefined;
  const length = parseDuration(to);
  const end = parseWall(to)?.wall ?? (length === undefined ? undefined : start + length.days * DAY + length.time);
  return end === undefined ? undefined : { start, end };
}

function isWithin(span: Range, range: Range): boolean {
  return span.start < range.end && (span.end > range.start || span.start >= range.start);
}
