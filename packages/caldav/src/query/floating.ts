import { type CollectionRow, refuse } from "@kalends/dav-core";
import { cal, child, type XmlElement } from "@kalends/dav-xml";
import { readTimezone, utcZone, type Zone, zoneOf } from "@kalends/icalendar";
import { refuseFindings, ValidTimezone } from "../conditions.js";
import { zoneOfCollection } from "../properties/timezone.js";

/**
 * The zone a report names for floating and all-day times, undefined when it names none. Refuses a `C:timezone` that is not
 * one VTIMEZONE with `C:valid-calendar-data`, an unknown `C:timezone-id` with `C:valid-timezone` (CAL-74).
 */
export function decodeZone(root: XmlElement): Zone | undefined {
  const timezone = child(root, cal("timezone"));
  if (timezone) {
    const read = readTimezone(timezone.text.trim());
    if (!read.ok) return refuseFindings(read.findings);
    const { tzid, component } = read.value;
    return zoneOf(tzid, new Map([[tzid, component]])) ?? refuse(ValidTimezone, undefined);
  }
  const id = child(root, cal("timezone-id"))?.text.trim();
  if (id === undefined) return undefined;
  return zoneOf(id) ?? refuse(ValidTimezone, undefined, `The server knows no time zone "${id.slice(0, 80)}".`);
}

/** The request's zone, else the calendar's, else UTC (RFC 4791 7.3; CAL-73). */
export const floatingZone = (asked: Zone | undefined, collection: Pick<CollectionRow, "timezone">): Zone =>
  asked ?? zoneOfCollection(collection) ?? utcZone;
