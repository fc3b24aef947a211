import { ianaZone } from "./iana.js";
import { WINDOWS_ZONES } from "./windows-names.js";
import type { Zone } from "./zone.js";

const byLowerName = new Map(Object.entries(WINDOWS_ZONES).map(([name, iana]) => [name.toLowerCase(), iana]));

/** The IANA name that stands for a Windows zone name such as "W. Europe Standard Time", any case; `undefined` if unknown. */
export function ianaOfWindows(name: string): string | undefined {
  return byLowerName.get(name.toLowerCase());
}

/** The zone of a Windows zone name, taken from the IANA data; `undefined` if the name is unknown. */
export function windowsZone(name: string): Zone | undefined {
  const iana = ianaOfWindows(name);
  return iana === undefined ? undefined : ianaZone(iana);
}
