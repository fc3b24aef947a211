import { failure, type Outcome, success } from "./finding.js";
import { type JComponent, subcomponents, text } from "./jcal.js";
import type { ObjectLimits } from "./limits.js";
import { type CalendarObject, readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { at } from "./places.js";
import { validateObject } from "./validate.js";

const SPEC = "RFC 7953 7.2.4";
const PARTS: ReadonlySet<string> = new Set(["vavailability", "vtimezone"]);

/**
 * Reads the value of `C:calendar-availability`: one or more VAVAILABILITY, each judged as an object of a calendar would be, and the
 * zones they refer to (RFC 7953 3.1, 7.2.4; CAL-131, CAL-133). One object per UID.
 */
export function readAvailability(value: string, limits: ObjectLimits): Outcome<readonly CalendarObject[]> {
  if (new TextEncoder().encode(value).length > limits.maxBytes) {
    return failure({ code: "max-resource-size", message: `At most ${limits.maxBytes} octets are kept.`, spec: SPEC });
  }
  const read = parseCalendar(value);
  if (!read.ok) return read;
  const [name, head, parts] = read.value;
  const other = parts.find(([part]) => !PARTS.has(part));
  const components = subcomponents(read.value, "vavailability");
  if (other !== undefined || components.length === 0) {
    const message = "The value must hold VAVAILABILITY and VTIMEZONE only.";
    return failure({ code: "valid-calendar-data", ...at(other ?? read.value), message, spec: SPEC });
  }
  const zones = subcomponents(read.value, "vtimezone");
  const objects: CalendarObject[] = [];
  for (const members of byUid(components)) {
    const object = readObject([name, head, [...zones, ...members]]);
    if (!object.ok) return object;
    const findings = validateObject(object.value, { ...limits, components: ["VAVAILABILITY"] });
    if (findings.length > 0) return failure(...findings);
    objects.push(object.value);
  }
  return success(objects);
}

function byUid(components: readonly JComponent[]): Iterable<readonly JComponent[]> {
  const found = new Map<string, JComponent[]>();
  for (const component of components) {
    const uid = text(component, "uid") ?? "";
    found.set(uid, [...(found.get(uid) ?? []), component]);
  }
  return found.values();
}
