import { type Finding, failure, type Outcome, success } from "./finding.js";
import { type JComponent, text } from "./jcal.js";
import { parseCalendar } from "./parse.js";
import { at } from "./places.js";
import { exceedsBudget } from "./zones.js";

export interface TimezoneValue {
  readonly tzid: string;
  readonly component: JComponent;
}

/** Reads a `calendar-timezone` value: a VCALENDAR with exactly one usable VTIMEZONE and nothing else (RFC 4791 5.2.2; CAL-74). */
export function readTimezone(source: Uint8Array | string): Outcome<TimezoneValue> {
  const calendar = parseCalendar(source);
  if (!calendar.ok) return calendar;
  const [zone, second] = calendar.value[2];
  if (zone?.[0] !== "vtimezone" || second !== undefined) {
    return failure(
      problem(second ?? calendar.value, "The value must hold exactly one VTIMEZONE and no other component."),
    );
  }
  const tzid = text(zone, "tzid");
  if (tzid === undefined || tzid === "") return failure(problem(zone, "The VTIMEZONE has no TZID."));
  if (!zone[2].some(([name]) => name === "standard" || name === "daylight")) {
    return failure(problem(zone, "The VTIMEZONE has neither STANDARD nor DAYLIGHT."));
  }
  if (exceedsBudget(tzid, new Map([[tzid, zone]]))) return failure(problem(zone, "The VTIMEZONE has too many rules."));
  return success({ tzid, component: zone });
}

function problem(part: JComponent, message: string): Finding {
  return { code: "valid-calendar-data", ...at(part), property: "VTIMEZONE", message, spec: "RFC 4791 5.2.2" };
}
