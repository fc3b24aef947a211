import { ianaZone } from "./iana.js";
import { ianaOfPlace } from "./iana-names.js";
import { windowsZone } from "./windows.js";
import type { Zone } from "./zone.js";

const DISPLAYED = /^\((?:UTC|GMT)(?:([+-])(\d\d):?(\d\d))?\)\s*(.+)$/i;
/** Some day in January and in July: one of them is standard time, in either hemisphere. */
const DAYS = [Date.UTC(2024, 0, 15), Date.UTC(2024, 6, 15)] as const;

/**
 * The zone of a name as Windows shows it to people, "(UTC+01:00) Amsterdam, Berlin, Rome" or "(UTC-05:00) Eastern Time (US & Canada)":
 * by the first place of it that has this offset, or by the Windows name of which it is a form; `undefined` if nothing fits.
 */
export function displayedZone(name: string): Zone | undefined {
  const [, sign, hours, minutes, places] = DISPLAYED.exec(name.slice(0, 200)) ?? [];
  if (places === undefined) return undefined;
  const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
  const offset = sign === "-" ? -size : size;
  for (const zone of candidates(places)) {
    if (DAYS.some((day) => zone.offsetAt(day) === offset)) return zone;
  }
  return undefined;
}

function* candidates(places: string): Generator<Zone> {
  const standard = windowsZone(places.replace(/ Time \(.*\)$| Time$/, " Standard Time"));
  if (standard) yield standard;
  for (const place of places.split(",")) {
    const iana = ianaOfPlace(place.trim());
    const zone = iana === undefined ? undefined : ianaZone(iana);
    if (zone) yield zone;
  }
}
