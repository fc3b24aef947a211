import type { Exchange } from "@kalends/dav-core";
import { withoutTimezones, withTimezones } from "@kalends/icalendar";

/** What the representation of a calendar depends on besides its address. */
export const VARY = "Accept, CalDAV-Timezones";

/** Nothing is done to it. */
export const asStored = (text: string): string => text;

/**
 * How calendar texts are given to this client: `CalDAV-Timezones: F` leaves VTIMEZONEs of IANA zones away, `T` puts missing
 * ones in unless `mayAdd` is false, and without the header the stored text is given as it is (RFC 7809 3.1.3; CAL-100): what
 * its entity tag stands for. The entity tag stays that of the object.
 */
export function byTimezones(cx: Pick<Exchange, "headers">, mayAdd = true): (text: string) => string {
  const asked = cx.headers.get("caldav-timezones")?.trim().toUpperCase();
  if (asked === "F") return withoutTimezones;
  return asked === "T" && mayAdd ? withTimezones : asStored;
}
