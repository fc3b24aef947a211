import { type JComponent, properties, property } from "../jcal.js";
import { type CalendarObject, members } from "../object.js";

const sequenceOf = (component: JComponent): number => Number(property(component, "sequence")?.[3] ?? 0) || 0;
const stampOf = (component: JComponent): string => String(property(component, "dtstamp")?.[3] ?? "");

/** The version of an object: the highest of its components. */
function versionOf(object: CalendarObject): { readonly sequence: number; readonly stamp: string } {
  const all = members(object);
  const sequence = Math.max(0, ...all.map(sequenceOf));
  const [stamp = ""] = all.map(stampOf).sort().reverse();
  return { sequence, stamp };
}

/** True when a published object is an older version: a lower SEQUENCE, or the same and an earlier DTSTAMP (RFC 5546 2.1.5). */
export function isOlder(published: CalendarObject, known: CalendarObject): boolean {
  const [one, other] = [versionOf(published), versionOf(known)];
  return one.sequence === other.sequence ? one.stamp < other.stamp : one.sequence < other.sequence;
}

/** The addresses of who organises it, in lower case and as they are written. */
export const organizersOf = (object: CalendarObject): readonly string[] =>
  members(object).flatMap((each) => properties(each, "organizer").map(([, , , value]) => String(value).toLowerCase()));
