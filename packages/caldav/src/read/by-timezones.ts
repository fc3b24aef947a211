import type { Exchange } from "@kalends/dav-core";
import { withoutTimezones, withTimezones } from "@kalends/icalendar";

/** What the representation of a calendar depends on besides its address. */
export const VARY = "Accept, CalDAV-Timezones";

/**
 * How calendar texts are given to this client: `CalDAV-Timezones: F` leaves VTIMEZONEs of IANA zones away, anything else puts
 * missing ones in unless `mayAdd` is false (RFC 7809 3.1.3; CAL-100). The entity tag stays that of the object.
 */
export function byTimezones(cx: Pick<Exchange, "headers">, mayAdd = true): (text: string) => string {
  if (cx.headers.get("caldav-timezones")?.trim().toUpperCase() === "F") return withoutTimezones;
  return mayAdd ? withTimezones : (text) => text;
}
