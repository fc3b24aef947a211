import { type Exchange, mediaType, refuse } from "@kalends/dav-core";
import { SupportedCalendarData } from "../conditions.js";

const BEGIN = /^\s*BEGIN:VCALENDAR/i;

/**
 * Takes `text/calendar`, and anything else whose body begins as iCalendar: some clients send no type or a wrong one
 * (CAL-37). Other media types, jCal and xCal among them, are refused with `C:supported-calendar-data` (CAL-38).
 */
export function checkMediaType(cx: Exchange, body: Uint8Array): void {
  if (mediaType(cx) === "text/calendar") return;
  const start = new TextDecoder().decode(body.subarray(0, 256));
  if (!BEGIN.test(start)) refuse(SupportedCalendarData, undefined, "A calendar object is text/calendar, version 2.0.");
}
