import { alarmFires, reachOf, triggerOf } from "./alarms.js";
import { type Collation, collate, compareText, type MatchType } from "./collation.js";
import { type ExpandLimits, expand, type Occurrence } from "./expand.js";
import { type JComponent, type JProperty, property, values } from "./jcal.js";
import { endOf, instantOf, momentOf } from "./moment.js";
import { type CalendarObject, members } from "./object.js";
import { overlaps, type Range } from "./overlap.js";
import { freeBusyOverlaps } from "./periods.js";
import { seriesOf, type Template, templateOf } from "./recur/series.js";
import type { Zone } from "./zones.js";

export type Test = "allof" | "anyof";

/** Text sought by the rules of a collation (RFC 4791 9.7.5); `negate` inverts, the match is "contains" unless said otherwise. */
export interface TextMatch {
  readonly text: string;
  readonly collation?: Collation;
  readonly negate?: boolean;
  readonly match?: MatchType;
}

/** RFC 4791 9.7.3. Without conditions: the parameter is there. */
export interface ParamFilter {
  readonly name: string;
  readonly isNotDefined?: boolean;
  readonly textMatch?: TextMatch;
}

/** RFC 4791 9.7.2. Without conditions: the property is there. */
export interface PropFilter {
  readonly name: string;
  readonly isNotDefined?: boolean;
  readonly test?: Test;
  readonly timeRange?: Range;
  readonly textMatch?: TextMatch;
  readonly params?: readonly ParamFilter[];
}

/** RFC 4791 9.7.1. Without conditions: the component is there; the name "*" stands for any (calendar-query-extended). */
export interface CompFilter {
  readonly name: string;
  readonly isNotDefined?: boolean;
  readonly test?: Test;
  readonly timeRange?: Range;
  readonly props?: readonly PropFilter[];
  readonly comps?: readonly CompFilter[];
}

/** The filter of a calendar-query: its one comp-filter, named VCALENDAR (RFC 4791 9.7). Names in any case, times UTC milliseconds. */
export type CalendarFilter = CompFilter;

/**
 * Whether an object matches a filter: RFC 4791 9.7 and 9.9 in full, conditions holding for one and the same component, with
 * effective instances (CAL-66 to CAL-83). `floating` is the zone for DATE and floating times; `limits` bounds each expansion.
 */
export function matches(object: CalendarObject, filter: CalendarFilter, floating: Zone, limits: ExpandLimits): boolean {
  const context: Context = { object, floating, limits };
  return componentsMatch(context, [object.calendar], filter);
}

interface Context {
  readonly object: CalendarObject;
  readonly floating: Zone;
  readonly limits: ExpandLimits;
}

const named = (component: JComponent, name: string): boolean => name === "*" || component[0] === name;

function componentsMatch(context: Context, among: readonly JComponent[], filter: CompFilter, of?: Parent): boolean {
  const name = filter.name.toLowerCase();
  const found = among.filter((each) => named(each, name));
  if (filter.isNotDefined) return found.length === 0;
  return found.some((component) => componentMatches(context, component, filter, of));
}

/** The component around an alarm, and the range its instances must overlap. */
interface Parent {
  readonly component: JComponent;
  readonly range: Range | undefined;
}

function componentMatches(
  context: Context,
  component: JComponent,
  filter: CompFilter,
  of: Parent | undefined,
): boolean {
  const parent = { component, range: filter.test === "anyof" ? undefined : filter.timeRange };
  return combine(filter.test, [
    ...each(filter.props, (prop) => propertyMatches(context, component, prop)),
    ...each(filter.timeRange && [filter.timeRange], (range) => inRange(context, component, range, of)),
    ...each(filter.comps, (comp) => componentsMatch(context, component[2], comp, parent)),
  ]);
}

type Condition = () => boolean;

function each<T>(items: readonly T[] | undefined, test: (item: T) => boolean): Condition[] {
  return (items ?? []).map((item) => () => test(item));
}

function combine(test: Test | undefined, conditions: readonly Condition[]): boolean {
  if (test !== "anyof" || conditions.length === 0) return conditions.every((holds) => holds());
  return conditions.some((holds) => holds());
}

function inRange(context: Context, component: JComponent, range: Range, of: Parent | undefined): boolean {
  const { object, floating } = context;
  if (component[0] === "valarm") return of !== undefined && alarmInRange(context, component, range, of);
  if (component[0] === "vfreebusy" && !(property(component, "dtstart") && property(component, "dtend"))) {
    return freeBusyOverlaps(component, range);
  }
  if (!members(object).includes(component))
    return overlapsAlone(templateOf(component, object.timezones, floating), range);
  const series = seriesOf(object, floating);
  for (const [id, override] of series.overrides) {
    if (override.component === component && !series.exdates.has(id) && overlapsAlone(override, range)) return true;
  }
  if (component !== object.master && !series.futures.some(({ template }) => template.component === component))
    return false;
  return someInstance(context, range, (instance) => instance.component === component);
}

function overlapsAlone(template: Template, range: Range): boolean {
  const { anchor, start, zone, length } = template;
  return overlaps({ ...template, end: anchor ? endOf(anchor.wall, start, zone, length) : Infinity }, range);
}

/** Mostly one of the first instances decides, so the whole expansion is made only where these do not. */
const FIRST_FEW = 4;

function someInstance(
  { object, floating, limits }: Context,
  range: Range,
  test: (instance: Occurrence) => boolean,
): boolean {
  const few = expand(object, range, floating, { instances: Math.min(FIRST_FEW, limits.instances) });
  if (few.occurrences.some(test)) return true;
  return !few.complete && expand(object, range, floating, limits).occurrences.some(test);
}

/** An alarm of any effective instance of the component around it goes off in the range (CAL-83). */
function alarmInRange(context: Context, alarm: JComponent, range: Range, of: Parent): boolean {
  const trigger = triggerOf(alarm);
  if (!trigger) return false;
  const { relative } = reachOf([of.component]);
  const around =
    trigger.at !== undefined || !relative
      ? { start: -Infinity, end: Infinity }
      : { start: range.start - relative.most, end: range.end - relative.least };
  const window = of.range
    ? { start: Math.max(around.start, of.range.start), end: Math.min(around.end, of.range.end) }
    : around;
  if (trigger.at !== undefined && !of.range) return alarmFires(trigger, { start: 0, end: 0 }, range);
  return someInstance(
    context,
    window,
    (each) =>
      each.component === of.component &&
      (trigger.related !== "end" || each.hasEnd || each.end > each.start) &&
      (!of.range || overlaps(each, of.range)) &&
      alarmFires(trigger, each, range),
  );
}

function propertyMatches(context: Context, component: JComponent, filter: PropFilter): boolean {
  const name = filter.name.toLowerCase();
  const found = component[1].filter((prop) => prop[0] === name);
  if (filter.isNotDefined) return found.length === 0;
  const { timeRange } = filter;
  if (timeRange && found.length === 0 && (name === "dtend" || name === "due")) {
    return effectiveEndMatches(context, component, filter, timeRange);
  }
  return found.some((prop) =>
    combine(filter.test, [
      ...each(timeRange && [timeRange], (range) => valuesInRange(context, prop, range)),
      ...each(filter.textMatch && [filter.textMatch], (text) => textMatches(textsOf(prop), text)),
      ...each(filter.params, (param) => paramMatches(prop, param)),
    ]),
  );
}

/** DTEND and DUE count also when only DURATION tells them (RFC 4791 9.9). */
function effectiveEndMatches(
  { object, floating }: Context,
  component: JComponent,
  filter: PropFilter,
  range: Range,
): boolean {
  if (!property(component, "duration") || filter.textMatch || (filter.params ?? []).length > 0) return false;
  const { anchor, start, zone, length } = templateOf(component, object.timezones, floating);
  return anchor !== undefined && holds(range, endOf(anchor.wall, start, zone, length));
}

const holds = (range: Range, at: number): boolean => range.start <= at && range.end > at;

function valuesInRange({ object, floating }: Context, prop: JProperty, range: Range): boolean {
  return values(prop).some((value) => {
    const moment = momentOf(prop, value, object.timezones);
    return moment !== undefined && holds(range, instantOf(moment, floating));
  });
}

function paramMatches(prop: JProperty, filter: ParamFilter): boolean {
  const name = filter.name.toLowerCase();
  const value = Object.hasOwn(prop[1], name) ? prop[1][name] : undefined;
  if (filter.isNotDefined) return value === undefined;
  if (value === undefined) return false;
  return !filter.textMatch || textMatches(Array.isArray(value) ? value : [value], filter.textMatch);
}

// One filter is put to every object of a calendar: what it seeks is folded once.
const folded = new WeakMap<TextMatch, string>();

function soughtBy(filter: TextMatch, collation: Collation): string {
  const sought = folded.get(filter) ?? collate(filter.text, collation);
  folded.set(filter, sought);
  return sought;
}

function textMatches(texts: readonly string[], filter: TextMatch): boolean {
  const { collation = "i;ascii-casemap", negate, match = "contains" } = filter;
  const sought = soughtBy(filter, collation);
  return texts.some((each) => compareText(collate(each, collation), sought, match)) !== (negate === true);
}

/** The values of a property as unescaped text; dates in the form of iCalendar. */
function textsOf(prop: JProperty): readonly string[] {
  const dates = prop[2] === "date" || prop[2] === "date-time";
  return values(prop).map((value) => {
    if (Array.isArray(value)) return value.join(";");
    if (typeof value === "object" && value !== null)
      return Object.entries(value)
        .map(([key, part]) => `${key}=${part}`.toUpperCase())
        .join(";");
    if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
    return dates ? String(value).replace(/[-:]/g, "") : String(value);
  });
}
