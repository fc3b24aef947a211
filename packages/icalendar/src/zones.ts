import { type JComponent, text } from "./jcal.js";
import { type EmbeddedZones, embeddedZones } from "./zones/embedded.js";
import { displayedZone } from "./zones/displayed.js";
import { ianaZone } from "./zones/iana.js";
import { windowsZone } from "./zones/windows.js";
import { fixedZone, utcZone, type Zone } from "./zones/zone.js";

export { embeddedZone } from "./zones/embedded.js";
export { ianaZone } from "./zones/iana.js";
export { vtimezoneOf } from "./zones/vtimezone.js";
export { ianaOfWindows, windowsZone } from "./zones/windows.js";
export { fixedZone, utcZone, type Zone } from "./zones/zone.js";

/** Area names of the IANA data: what may begin the IANA part of a longer TZID. */
const AREA =
  /(?:^|[/:])((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\/[A-Za-z0-9_+\-/]+)$/i;

const none: ReadonlyMap<string, JComponent> = new Map();

/**
 * The zone a TZID means (CAL-53), `undefined` if nothing tells. Order: the server's IANA data when the TZID, its end (as in
 * "/freeassociation.sourceforge.net/Europe/Berlin") or X-LIC-LOCATION names a place of it; the VTIMEZONE that came along; short
 * IANA names; Windows names, also as people see them; a plain offset such as "UTC+01:00".
 */
export function zoneOf(tzid: string, timezones: ReadonlyMap<string, JComponent> = none): Zone | undefined {
  const named = placeZone(tzid.trim());
  if (named) return named;
  const vtimezone = timezones.get(tzid);
  const zone = vtimezone && (locationOf(vtimezone) ?? embeddedIn(timezones).zones.get(tzid));
  const name = tzid.trim();
  return zone ?? ianaZone(name) ?? windowsZone(name) ?? displayedZone(name) ?? offsetZone(name);
}

/**
 * Whether a TZID means nothing because the VTIMEZONEs of its object, taken in their order, have rules for more years than the
 * server follows; those that name a place cost nothing.
 */
export function exceedsBudget(tzid: string, timezones: ReadonlyMap<string, JComponent>): boolean {
  return zoneOf(tzid, timezones) === undefined && timezones.has(tzid) && embeddedIn(timezones).excess.has(tzid);
}

const embedded = new WeakMap<ReadonlyMap<string, JComponent>, EmbeddedZones>();

/** All zones of an object are weighed together, so that each means the same whichever is asked for first. */
function embeddedIn(timezones: ReadonlyMap<string, JComponent>): EmbeddedZones {
  const known = embedded.get(timezones);
  if (known) return known;
  const unnamed = [...timezones].filter(([tzid, each]) => !placeZone(tzid) && !locationOf(each));
  const read = embeddedZones(unnamed);
  embedded.set(timezones, read);
  return read;
}

function locationOf(vtimezone: JComponent): Zone | undefined {
  return placeZone(text(vtimezone, "x-lic-location") ?? "");
}

/** Whether the server knows a TZID without a VTIMEZONE beside it: an IANA name, old or new, or a Windows name (RFC 7809 3.1.4). */
export function isKnownTzid(tzid: string): boolean {
  return zoneOf(tzid) !== undefined;
}

/** Names with an area, and UTC; "EST" and the like are left to the embedded rules, for they mean different things to different clients. */
function placeZone(tzid: string): Zone | undefined {
  if (/^(?:UTC|GMT|Z|Etc\/UTC|tzone:\/\/Microsoft\/Utc)$/i.test(tzid)) return utcZone;
  const place = AREA.exec(tzid)?.[1];
  return place === undefined ? undefined : ianaZone(place);
}

/** Whether a TZID means a place the server knows, so that a VTIMEZONE of that name is not looked at. */
export function namesPlace(tzid: string): boolean {
  return placeZone(tzid.trim()) !== undefined;
}

function offsetZone(tzid: string): Zone | undefined {
  const found = /^\(?(?:UTC|GMT)\s?([+-])(\d{1,2}):?(\d\d)?(?:\)|$)/i.exec(tzid);
  if (!found) return undefined;
  const size = Number(found[2]) * 3600 + Number(found[3] ?? 0) * 60;
  return size > 16 * 3600 ? undefined : fixedZone(found[1] === "-" ? -size : size);
}
