/** Where in a filter a component may stand, and what may be tested there (RFC 4791 7.8, 9.7; CAL-64). */
const OBJECTS: ReadonlySet<string> = new Set([
  "VEVENT",
  "VTODO",
  "VJOURNAL",
  "VFREEBUSY",
  "VAVAILABILITY",
  "VTIMEZONE",
]);
const INSIDE: Readonly<Record<string, ReadonlySet<string>>> = {
  VALARM: new Set(["VEVENT", "VTODO"]),
  AVAILABLE: new Set(["VAVAILABILITY"]),
  STANDARD: new Set(["VTIMEZONE"]),
  DAYLIGHT: new Set(["VTIMEZONE"]),
};
const TIMELESS: ReadonlySet<string> = new Set(["VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT"]);
const DATED: ReadonlySet<string> = new Set([
  "COMPLETED",
  "CREATED",
  "DTEND",
  "DTSTAMP",
  "DTSTART",
  "DUE",
  "LAST-MODIFIED",
  "RECURRENCE-ID",
  "ACKNOWLEDGED",
]);

/** True when a component of this name may be tested inside the other; names nobody defined may stand anywhere below. */
export function mayStandIn(name: string, parent: string): boolean {
  if (name === "*" || parent === "*") return name !== "VCALENDAR";
  if (name === "VCALENDAR") return false;
  if (OBJECTS.has(name)) return parent === "VCALENDAR";
  const parents = Object.hasOwn(INSIDE, name) ? INSIDE[name] : undefined;
  return parents === undefined || parents.has(parent);
}

export const hasTime = (component: string): boolean => !TIMELESS.has(component);

/** Properties that a time-range can be laid on (RFC 4791 9.9); X- names are given the benefit of the doubt. */
export const isDated = (property: string): boolean => DATED.has(property) || property.startsWith("X-");
