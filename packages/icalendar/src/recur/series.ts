import { type JComponent, type JProperty, param, properties, property, values } from "../jcal.js";
import {
  instantOf,
  type Length,
  lengthOf,
  type Moment,
  momentOf,
  NO_LENGTH,
  propertyMoment,
  wallAt,
} from "../moment.js";
import { DAY, parseDuration } from "../wall.js";
import type { Zone } from "../zones.js";
import { parseRule, type Rule } from "./rule.js";

/** What one component (master or override) says about time, the same for every instance it describes. */
export interface Template {
  readonly component: JComponent;
  /** DTSTART, for a VTODO without it DUE; `undefined` when the component has no time at all. */
  readonly anchor: Moment | undefined;
  /** Instant of the anchor, UTC milliseconds; -Infinity without one. */
  readonly start: number;
  readonly zone: Zone;
  readonly length: Length;
  readonly hasStart: boolean;
  readonly hasEnd: boolean;
}

/** A change for an instance and all later ones (RFC 5545 3.2.13): `shift` moves the wall clock of `template.zone`. */
export interface Future {
  readonly from: number;
  readonly shift: number;
  readonly template: Template;
}

export interface RDate {
  readonly utc: number;
  readonly wall: number;
  /** End of an RDATE that is a period. */
  readonly end: number | undefined;
}

export interface BoundRule {
  readonly rule: Rule;
  readonly untilWall: number;
  /** UNTIL as an instant, where it is one and DTSTART has a zone. */
  readonly untilUtc: number;
}

/** A recurrence set ready to be expanded (RFC 5545 3.8.5); instants are UTC milliseconds. */
export interface Series {
  readonly master: Template | undefined;
  readonly recurring: boolean;
  readonly rules: readonly BoundRule[];
  readonly exrules: readonly BoundRule[];
  readonly rdates: readonly RDate[];
  readonly exdates: ReadonlySet<number>;
  /** Single overrides by the instant of the instance they replace (CAL-48). */
  readonly overrides: ReadonlyMap<number, Template>;
  /** Ascending by `from`. */
  readonly futures: readonly Future[];
}

/** The components of one recurring thing: those of an object, or the AVAILABLE components of one UID. */
export interface Family {
  readonly master: JComponent | undefined;
  readonly overrides: readonly JComponent[];
  readonly timezones: ReadonlyMap<string, JComponent>;
}

const compiled = new WeakMap<Family, { readonly floating: Zone; readonly series: Series }>();

/** Compiles a family for a reader's zone; kept as long as the family object lives. */
export function seriesOf(family: Family, floating: Zone): Series {
  const known = compiled.get(family);
  if (known?.floating === floating) return known.series;
  const series = compile(family, floating);
  compiled.set(family, { floating, series });
  return series;
}

function compile(family: Family, floating: Zone): Series {
  const { timezones } = family;
  const master = family.master && templateOf(family.master, timezones, floating);
  const overrides = new Map<number, Template>();
  const futures: Future[] = [];
  for (const component of family.overrides) {
    const id = property(component, "recurrence-id");
    const moment = id && momentOf(id, id[3], timezones);
    if (!moment || !id) continue;
    const from = instantOf(moment, master?.anchor && !moment.zone ? master.zone : floating);
    const template = templateOf(component, timezones, floating, moment);
    overrides.set(from, template);
    if (param(id, "range")?.toUpperCase() !== "THISANDFUTURE") continue;
    futures.push({ from, template, shift: (template.anchor?.wall ?? 0) - wallAt(template.zone, from) });
  }
  futures.sort((a, b) => a.from - b.from);
  if (!master?.anchor) {
    return {
      master,
      recurring: overrides.size > 0,
      rules: [],
      exrules: [],
      rdates: [],
      exdates: new Set(),
      overrides,
      futures,
    };
  }
  const of = { component: master.component, anchor: master.anchor, zone: master.zone, timezones, floating };
  const rules = boundRules(of, "rrule");
  const rdates = properties(of.component, "rdate").flatMap((each) => rdatesOf(of, each));
  return {
    master,
    overrides,
    futures,
    rules,
    rdates,
    recurring: rules.length > 0 || rdates.length > 0 || overrides.size > 0,
    exrules: boundRules(of, "exrule"),
    exdates: exdatesOf(of),
  };
}

interface Source {
  readonly component: JComponent;
  readonly anchor: Moment;
  readonly zone: Zone;
  readonly timezones: ReadonlyMap<string, JComponent>;
  readonly floating: Zone;
}

/** Reads the time of one component; `instead` serves as start of an override that has none of its own. */
export function templateOf(
  component: JComponent,
  timezones: ReadonlyMap<string, JComponent>,
  floating: Zone,
  instead?: Moment,
): Template {
  const todo = component[0] === "vtodo";
  const own = propertyMoment(component, "dtstart", timezones);
  const due = todo ? propertyMoment(component, "due", timezones) : undefined;
  const anchor = own ?? due ?? instead;
  if (!anchor) {
    return { component, anchor, start: -Infinity, zone: floating, length: NO_LENGTH, hasStart: false, hasEnd: false };
  }
  const start = instantOf(anchor, floating);
  const zone = anchor.zone ?? floating;
  const hasStart = own !== undefined || !due;
  const stated = hasStart ? lengthOf(component, anchor, todo ? "due" : "dtend", timezones, floating) : undefined;
  const wholeDay = anchor.allDay && !todo && component[0] !== "vfreebusy";
  const length = stated ?? (wholeDay ? { days: 1, time: 0 } : NO_LENGTH);
  return { component, anchor, start, zone, length, hasStart, hasEnd: stated !== undefined || due !== undefined };
}

function boundRules({ component, anchor, zone }: Source, name: "rrule" | "exrule"): BoundRule[] {
  const bound: BoundRule[] = [];
  for (const each of properties(component, name)) {
    const rule = parseRule(each[3]);
    if (!rule || !("freq" in rule)) continue;
    const midnight = { byHour: [0], byMinute: [0], bySecond: [0] };
    bound.push({ rule: anchor.allDay ? { ...rule, ...midnight } : rule, ...untilOf(rule, anchor, zone) });
  }
  return bound;
}

/** UNTIL in the clock of DTSTART, coerced where its type differs from DTSTART's (CAL-45). */
function untilOf({ until }: Rule, anchor: Moment, zone: Zone): { untilWall: number; untilUtc: number } {
  if (!until) return { untilWall: Infinity, untilUtc: Infinity };
  if (until.form === "date") return { untilWall: until.wall + (anchor.allDay ? 0 : DAY - 1), untilUtc: Infinity };
  if (until.form === "local" || anchor.allDay || !anchor.zone) return { untilWall: until.wall, untilUtc: Infinity };
  return { untilWall: wallAt(zone, until.wall) + 26 * (DAY / 24), untilUtc: until.wall };
}

/** RDATE values; DATE and DATE-TIME are read in the kind of DTSTART, periods bring their own end. */
function rdatesOf({ timezones, floating, zone, anchor }: Source, of: JProperty): RDate[] {
  const found: RDate[] = [];
  for (const value of values(of)) {
    const moment = momentOf(of, Array.isArray(value) ? value[0] : value, timezones);
    if (!moment) continue;
    const utc = instantOf(moment, moment.allDay || !moment.zone ? (anchor.zone ?? floating) : floating);
    found.push({
      utc,
      wall: wallAt(zone, utc),
      end: Array.isArray(value) ? periodEnd(of, value[1], moment, utc, timezones, floating) : undefined,
    });
  }
  return found;
}

function periodEnd(
  of: JProperty,
  value: unknown,
  start: Moment,
  utc: number,
  timezones: ReadonlyMap<string, JComponent>,
  floating: Zone,
): number | undefined {
  const duration = parseDuration(value);
  if (duration) return Math.max(utc, utc + duration.days * DAY + duration.time);
  const end = momentOf(of, value, timezones);
  return end && Math.max(utc, instantOf(end, end.zone ?? start.zone ?? floating));
}

/** EXDATE instants; values of another type than DTSTART's are kept in the object but mean nothing here (CAL-43). */
function exdatesOf({ component, timezones, anchor, zone }: Source): Set<number> {
  const found = new Set<number>();
  for (const of of properties(component, "exdate")) {
    for (const value of values(of)) {
      const moment = momentOf(of, value, timezones);
      if (moment && moment.allDay === anchor.allDay) found.add(instantOf(moment, zone));
    }
  }
  return found;
}
