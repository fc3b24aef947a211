import { type Finding, type FindingCode, failure, type Outcome, success } from "./finding.js";
import { type JComponent, properties, property, subcomponents, text } from "./jcal.js";
import { at } from "./places.js";

export const COMPONENT_NAMES = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** One calendar object resource (RFC 4791 4.1): all components of one UID. */
export interface CalendarObject {
  readonly calendar: JComponent;
  readonly uid: string;
  readonly component: ComponentName;
  /** The component without RECURRENCE-ID; absent when only single instances are stored (CAL-06). */
  readonly master: JComponent | undefined;
  readonly overrides: readonly JComponent[];
  /** The VTIMEZONEs of the object by TZID. */
  readonly timezones: ReadonlyMap<string, JComponent>;
}

export interface ObjectOptions {
  /** Scheduling messages and inbox items carry METHOD; stored objects must not. */
  readonly allowMethod?: boolean;
}

const NO_OBJECT = "valid-calendar-object-resource";

/**
 * Sees a parsed calendar as one object: one UID, one component type besides VTIMEZONE, no METHOD, at most one master
 * (RFC 4791 4.1; CAL-04 to CAL-06). Components nobody registered are kept and not counted. That no two overrides stand for
 * the same instant is checked by `validateObject`, which knows zones.
 */
export function readObject(calendar: JComponent, options: ObjectOptions = {}): Outcome<CalendarObject> {
  const method = options.allowMethod ? undefined : property(calendar, "method");
  if (method !== undefined) {
    return failure({
      ...problem(NO_OBJECT, method, "A stored calendar object must not have a METHOD."),
      property: "METHOD",
    });
  }
  const members = calendar[2].filter(([name]) => name !== "vtimezone" && !name.startsWith("x-"));
  const [first] = members;
  if (first === undefined)
    return failure(problem(NO_OBJECT, calendar, "The calendar has no event, task or journal entry."));
  const component = COMPONENT_NAMES.find((name) => name === first[0].toUpperCase());
  if (component === undefined) return failure(unsupported(first));
  const findings = members.flatMap((each) => problemsOf(each, first));
  if (findings.length > 0) return failure(...findings);
  const masters = members.filter((each) => property(each, "recurrence-id") === undefined);
  const overrides = members.filter((each) => property(each, "recurrence-id") !== undefined);
  const uid = text(first, "uid") ?? "";
  const [master, second] = masters;
  if (second !== undefined) {
    return failure({ ...problem(NO_OBJECT, second, `The UID has two ${component} without RECURRENCE-ID.`), uid });
  }
  return success(Object.freeze({ calendar, uid, component, master, overrides, timezones: timezonesOf(calendar) }));
}

/** All components of the object besides VTIMEZONE: the master, then its overrides. */
export function members(object: CalendarObject): readonly JComponent[] {
  return object.master === undefined ? object.overrides : [object.master, ...object.overrides];
}

function problemsOf(member: JComponent, first: JComponent): readonly Finding[] {
  const [name] = member;
  const uids = new Set(properties(member, "uid").map((each) => String(each[3])));
  const uid = text(member, "uid") ?? "";
  const expected = text(first, "uid") ?? "";
  if (name !== first[0]) {
    const message = `The object mixes ${first[0].toUpperCase()} and ${name.toUpperCase()}.`;
    return [{ ...problem(NO_OBJECT, member, message), uid }];
  }
  if (uids.size > 1)
    return [problem("valid-calendar-data", member, `The ${name.toUpperCase()} has more than one UID.`)];
  if (uid.trim() === "") return [problem("valid-calendar-data", member, `The ${name.toUpperCase()} has no UID.`)];
  if (uid === expected) return [];
  return [{ ...problem(NO_OBJECT, member, `The object has two UIDs, ${clip(expected)} and ${clip(uid)}.`), uid }];
}

function timezonesOf(calendar: JComponent): ReadonlyMap<string, JComponent> {
  const zones = new Map<string, JComponent>();
  for (const zone of subcomponents(calendar, "vtimezone")) {
    const tzid = text(zone, "tzid");
    if (tzid !== undefined && !zones.has(tzid)) zones.set(tzid, zone);
  }
  return zones;
}

function unsupported(component: JComponent): Finding {
  const message = `Components of the type ${clip(component[0].toUpperCase())} are not supported.`;
  return { ...problem("supported-calendar-component", component, message), spec: "RFC 4791 5.2.3" };
}

function problem(code: FindingCode, part: Parameters<typeof at>[0], message: string): Finding {
  return { code, ...at(part), property: part[0].toUpperCase(), message, spec: "RFC 4791 4.1" };
}

function clip(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}...` : name;
}
