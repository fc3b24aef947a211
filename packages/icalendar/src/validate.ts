import type { Finding } from "./finding.js";
import type { ObjectLimits } from "./limits.js";
import type { CalendarObject } from "./object.js";
import { componentFindings } from "./validate/components.js";
import { recurrenceFindings } from "./validate/recurrence.js";
import { zoneFindings } from "./validate/zones.js";

/**
 * What keeps an object out of a calendar, each finding with the precondition it breaks (RFC 4791 5.3.2.1, RFC 5545; CAL-41 to
 * CAL-57); empty when it may be stored. Missing DTSTAMP, odd alarms, odd zones, unknown STATUS and the like are no findings.
 * Values that cannot be read were refused by `parseCalendar` already; octets are counted by `analyseObject`.
 */
export function validateObject(object: CalendarObject, limits: ObjectLimits): readonly Finding[] {
  const components = componentFindings(object, limits);
  if (components.some((finding) => finding.code === "supported-calendar-component")) return [...components];
  const findings = [...components, ...recurrenceFindings(object, limits), ...zoneFindings(object)];
  return findings.map((finding) => ({ uid: object.uid, ...finding }));
}
