import type { CompFilter } from "./filter.js";
import type { CalendarDataRequest, ComponentRequest } from "./subset.js";

/** What tells when the instances of an object are, and what a zone of its own means. */
const TIMES: readonly string[] = [
  ...["dtstart", "dtend", "due", "duration", "recurrence-id", "rrule", "rdate", "exdate", "exrule"],
  ...["completed", "created", "freebusy", "tzoffsetfrom", "tzoffsetto", "x-lic-location"],
];
const ALARMS: readonly string[] = ["trigger", "repeat"];

/** What must be read of a stored text. */
export interface Needed {
  /** Properties, in lower case. */
  readonly names: ReadonlySet<string>;
  /** Also inside of a VTIMEZONE that is named after a place the server knows. */
  readonly zones: boolean;
}

/** What must be read to put a filter to an object and to give the parts of it that are asked for (RFC 4791 9.6, 9.7). */
export function neededFor(filter: CompFilter | undefined, data: CalendarDataRequest | undefined): Needed {
  const names = [...TIMES, ...(filter ? testedBy(filter) : []), ...(data?.comp ? unvalued(data.comp) : [])];
  return { names: new Set(names), zones: filter !== undefined && mayTestZones(filter) };
}

function mayTestZones({ name, comps = [] }: CompFilter): boolean {
  return /^(?:\*|VTIMEZONE|STANDARD|DAYLIGHT)$/i.test(name) || comps.some(mayTestZones);
}

function testedBy({ name, props = [], comps = [] }: CompFilter): readonly string[] {
  const alarms = name.toUpperCase() === "VALARM" || name === "*" ? ALARMS : [];
  return [...alarms, ...props.map((prop) => prop.name.toLowerCase()), ...comps.flatMap(testedBy)];
}

/** Without its value a property is written anew. */
function unvalued({ props, comps }: ComponentRequest): readonly string[] {
  const own = props.filter(({ novalue }) => novalue).map(({ name }) => name.toLowerCase());
  return [...own, ...comps.flatMap(unvalued)];
}
