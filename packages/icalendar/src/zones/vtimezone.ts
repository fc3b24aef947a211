import { tzlib_get_ical_block } from "timezones-ical-library";
import { ianaZone } from "./iana.js";

/**
 * VTIMEZONE text of an IANA zone with that name as its TZID, lines ending in CRLF, to be put into a VCALENDAR; `undefined` for an
 * unknown name.
 */
export function vtimezoneOf(ianaName: string): string | undefined {
  const zone = ianaZone(ianaName);
  if (!zone) return undefined;
  const found = tzlib_get_ical_block(zone.id);
  const block = Array.isArray(found) ? found[0] : found;
  return block ? `${block.replace(/^TZID:.*$/m, () => `TZID:${ianaName}`)}\r\n` : undefined;
}
