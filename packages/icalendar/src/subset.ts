import { type Finding, failure, type Outcome, success } from "./finding.js";
import type { JComponent, JProperty } from "./jcal.js";
import type { CalendarObject } from "./object.js";
import type { Range } from "./overlap.js";
import { printCalendar } from "./print.js";
import { expandedInstances, expandedText } from "./subset/expanded.js";
import { limitFreebusy, limitOverrides } from "./subset/limited.js";
import type { Zone } from "./zones.js";

/** Which parts of a component to give (RFC 4791 9.6.1 to 9.6.4). Plain data. */
export interface ComponentRequest {
  readonly name: string;
  readonly allprop: boolean;
  readonly props: readonly { readonly name: string; readonly novalue: boolean }[];
  readonly allcomp: boolean;
  readonly comps: readonly ComponentRequest[];
}

/** What `calendar-data` asks for inside a report (RFC 4791 9.6). Ranges are UTC milliseconds. Plain data. */
export interface CalendarDataRequest {
  /** The request for VCALENDAR; absent means everything. */
  readonly comp?: ComponentRequest;
  readonly expand?: Range;
  readonly limitRecurrenceSet?: Range;
  readonly limitFreebusySet?: Range;
}

export interface SubsetLimits {
  readonly maxInstances: number;
}

/**
 * Writes the parts of an object a report asks for (RFC 4791 7.6, 9.6; CAL-90 to CAL-97). `floating` is the zone of days and
 * floating times; expanded, they stay days and floating times. More instances than the limit are a `max-instances` finding.
 * A request without any part is the stored text itself and needs no call.
 */
export function subset(
  object: CalendarObject,
  request: CalendarDataRequest,
  floating: Zone,
  limits: SubsetLimits,
): Outcome<string> {
  if (request.expand !== undefined && request.limitRecurrenceSet !== undefined) {
    return failure(invalid("A report cannot ask for expand and for limit-recurrence-set together."));
  }
  const ranges = [request.expand, request.limitRecurrenceSet, request.limitFreebusySet];
  if (ranges.some((range) => range !== undefined && !(range.end > range.start))) {
    return failure(invalid("The range of a report ends before it begins."));
  }
  const { comp, expand } = request;
  if (expand !== undefined && comp === undefined && isExpandable(object)) {
    const text = expandedText(object, expand, floating, limits.maxInstances);
    return text === undefined ? failure(tooMany(object, limits)) : success(text);
  }
  const components = componentsOf(object, request, floating, limits);
  if (components === undefined) return failure(tooMany(object, limits));
  const periods = request.limitFreebusySet;
  const limited = periods === undefined ? components : components.map((each) => limitFreebusy(each, periods));
  const [name, properties] = object.calendar;
  const calendar: JComponent = [name, properties, [...limited]];
  return success(printCalendar(request.comp === undefined ? calendar : prune(calendar, request.comp)));
}

const isExpandable = ({ component }: CalendarObject): boolean =>
  component !== "VAVAILABILITY" && component !== "VFREEBUSY";

function componentsOf(
  object: CalendarObject,
  request: CalendarDataRequest,
  floating: Zone,
  limits: SubsetLimits,
): readonly JComponent[] | undefined {
  if (request.expand !== undefined && isExpandable(object)) {
    return expandedInstances(object, request.expand, floating, limits.maxInstances);
  }
  if (request.limitRecurrenceSet === undefined) return object.calendar[2];
  return limitOverrides(object, request.limitRecurrenceSet, floating);
}

/** Only the named properties and components; a component asked for without either has none (CAL-91). */
function prune([name, properties, components]: JComponent, request: ComponentRequest): JComponent {
  const wanted = new Map(request.props.map((each) => [each.name.toLowerCase(), each.novalue]));
  const kept = request.allprop ? properties : properties.flatMap((each) => pruneProperty(each, wanted.get(each[0])));
  const requests = new Map(request.comps.map((each) => [each.name.toLowerCase(), each]));
  const children = components.flatMap((child) => {
    const inner = requests.get(child[0]);
    return inner === undefined ? [] : [prune(child, inner)];
  });
  return [name, kept, request.allcomp ? components : children];
}

function pruneProperty(property: JProperty, novalue: boolean | undefined): JProperty[] {
  if (novalue === undefined) return [];
  const [name, params, type] = property;
  return novalue ? [[name, params, type]] : [property];
}

function tooMany(object: CalendarObject, limits: SubsetLimits): Finding {
  const message = `The range holds more than ${limits.maxInstances} instances.`;
  return { code: "max-instances", uid: object.uid, message, spec: "RFC 4791 9.6.5" };
}

function invalid(message: string): Finding {
  return { code: "valid-calendar-data", message, spec: "RFC 4791 9.6" };
}
