import { type JComponent, properties, text } from "./jcal.js";
import { type CalendarObject, members } from "./object.js";

/**
 * What filters ask for by name and an index therefore tells: properties, and VALARM for any alarm. The place in the list is the
 * place in the stored mask: names are only ever added at the end, at most 31 of them.
 */
const TESTED: readonly string[] = [
  ...["completed", "status", "summary", "class", "transp", "organizer", "due", "dtstart", "dtend", "duration"],
  ...["rrule", "rdate", "exdate", "recurrence-id", "percent-complete", "priority", "location", "description"],
  ...["categories", "attendee", "attach", "url", "geo", "related-to", "resources", "sequence", "created"],
  ...["last-modified", "valarm"],
];

const BITS: ReadonlyMap<string, number> = new Map(TESTED.map((name, place) => [name, 2 ** place]));

/** Those of which the index also keeps the text. */
export const KEPT_TEXTS = ["status", "summary", "class", "transp", "organizer"] as const;
export type KeptText = (typeof KEPT_TEXTS)[number];

/** The bit of a property or VALARM (any case) in the mask of an object; undefined for what is not indexed. */
export function testedBit(name: string): number | undefined {
  return BITS.get(name.toLowerCase());
}

/**
 * Which of the names the only component of an object has, as a mask. Null where the index cannot speak for the object: several
 * components, of which a filter wants one that meets all its conditions, or a text that is not in the index as it is.
 */
export function testedMask(object: CalendarObject, kept: Readonly<Record<KeptText, string | null>>): number | null {
  const [component, another] = members(object);
  if (component === undefined || another !== undefined) return null;
  if (KEPT_TEXTS.some((name) => !isKept(component, name, kept[name]))) return null;
  let mask = component[2].some(([name]) => name === "valarm") ? (BITS.get("valarm") ?? 0) : 0;
  for (const [name] of component[1]) mask |= BITS.get(name) ?? 0;
  return mask;
}

function isKept(component: JComponent, name: KeptText, kept: string | null): boolean {
  const [, another] = properties(component, name);
  const own = properties(component, name)[0];
  return own === undefined || (another === undefined && own.length === 4 && text(component, name) === kept);
}
