import { refuse, refuseStatus } from "@kalends/dav-core";
import { attr, cal, child, children, dav, type XmlElement } from "@kalends/dav-xml";
import type { CalendarDataRequest, ComponentRequest, Range } from "@kalends/icalendar";
import { SupportedCalendarData } from "./conditions.js";
import { readRange } from "./query/range.js";

export const CALENDAR_DATA = cal("calendar-data");

/** The `C:calendar-data` a report asks for inside `DAV:prop`; undefined when it asks for none (RFC 4791 9.6). */
export function decodeCalendarData(root: XmlElement): CalendarDataRequest | undefined {
  const prop = child(root, dav("prop"));
  const el = prop && child(prop, CALENDAR_DATA);
  return el && calendarData(el);
}

function calendarData(el: XmlElement): CalendarDataRequest {
  checkType(el);
  const comp = child(el, cal("comp"));
  if (comp && nameOf(comp) !== "VCALENDAR") refuseStatus(400, 'The outermost comp is name="VCALENDAR".');
  const expand = rangeIn(el, "expand");
  const limitRecurrenceSet = rangeIn(el, "limit-recurrence-set");
  const limitFreebusySet = rangeIn(el, "limit-freebusy-set");
  if (expand && limitRecurrenceSet) refuseStatus(400, "expand and limit-recurrence-set exclude each other.");
  return {
    ...(comp ? { comp: componentRequest(comp) } : {}),
    ...(expand ? { expand } : {}),
    ...(limitRecurrenceSet ? { limitRecurrenceSet } : {}),
    ...(limitFreebusySet ? { limitFreebusySet } : {}),
  };
}

function checkType(el: XmlElement): void {
  const type = (attr(el, "content-type") ?? "text/calendar").trim().toLowerCase();
  const version = (attr(el, "version") ?? "2.0").trim();
  if (type !== "text/calendar" || version !== "2.0") {
    refuse(SupportedCalendarData, undefined, "Calendar data is text/calendar, version 2.0.");
  }
}

const nameOf = (el: XmlElement): string => (attr(el, "name") ?? "").trim().toUpperCase();

/** Without `allprop` and `prop` no property is asked for, without `allcomp` and `comp` no component (CAL-91). */
function componentRequest(el: XmlElement): ComponentRequest {
  return {
    name: nameOf(el),
    allprop: child(el, cal("allprop")) !== undefined,
    props: children(el, cal("prop")).map((prop) => ({ name: nameOf(prop), novalue: attr(prop, "novalue") === "yes" })),
    allcomp: child(el, cal("allcomp")) !== undefined,
    comps: children(el, cal("comp")).map(componentRequest),
  };
}

function rangeIn(el: XmlElement, local: "expand" | "limit-recurrence-set" | "limit-freebusy-set"): Range | undefined {
  const found = child(el, cal(local));
  if (!found) return undefined;
  const range = readRange(found, "both");
  return typeof range === "string" ? refuseStatus(400, `${local}: ${range}`) : range;
}
