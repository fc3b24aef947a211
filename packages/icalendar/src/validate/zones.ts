import type { Finding } from "../finding.js";
import { type JComponent, type JProperty, param, values } from "../jcal.js";
import { type CalendarObject, members } from "../object.js";
import { at } from "../places.js";
import { exceedsBudget, isKnownTzid } from "../zones.js";

/**
 * A TZID needs a VTIMEZONE beside it or a name the server knows, IANA or Windows (RFC 7809 3.1.4; CAL-07, CAL-53).
 * An empty TZID makes the time floating. What is inside a VTIMEZONE is no reason to refuse, unless following it would take too long.
 */
export function zoneFindings(object: CalendarObject): readonly Finding[] {
  const seen = new Set<string>();
  return members(object).flatMap((component) => unknownZones(component, object, seen));
}

function unknownZones(component: JComponent, object: CalendarObject, seen: Set<string>): readonly Finding[] {
  const own = component[1].flatMap((each): Finding[] => {
    const tzid = each[0].startsWith("x-") || each[2] === "date" ? undefined : param(each, "tzid");
    if (tzid === undefined || tzid.trim() === "" || seen.has(tzid) || isUtc(each)) return [];
    seen.add(tzid);
    if (exceedsBudget(tzid, object.timezones)) return [tooDear(each, tzid)];
    if (object.timezones.has(tzid) || isKnownTzid(tzid)) return [];
    const message = `The time zone ${tzid.slice(0, 80)} is not known and has no VTIMEZONE.`;
    return [{ code: "valid-timezone", ...at(each), property: each[0].toUpperCase(), message, spec: "RFC 7809 3.1.4" }];
  });
  return [
    ...own,
    ...component[2].filter(([name]) => name !== "valarm").flatMap((each) => unknownZones(each, object, seen)),
  ];
}

/** A TZID beside a UTC time means nothing (RFC 5545 3.2.19). */
function isUtc(each: JProperty): boolean {
  return values(each)
    .flat()
    .every((value) => String(value).endsWith("Z"));
}

function tooDear(of: JProperty, tzid: string): Finding {
  const message = `The VTIMEZONEs of the object have too many rules up to ${tzid.slice(0, 80)}, which names no known place.`;
  return { code: "valid-calendar-data", ...at(of), property: of[0].toUpperCase(), message, spec: "RFC 5545 3.6.5" };
}
