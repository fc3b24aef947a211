import type { JComponent } from "./jcal.js";
import { endOf, type Moment, mostOf } from "./moment.js";
import { overlaps, type Range } from "./overlap.js";
import { isMember, type Nominal, nominals } from "./recur/nominal.js";
import { type Family, type Future, type Series, seriesOf, type Template } from "./recur/series.js";
import { HOUR } from "./wall.js";
import type { Zone } from "./zones.js";

/** One effective instance. Instants are UTC milliseconds; wall times are milliseconds of the wall clock read as if UTC. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly allDay: boolean;
  /** A DATE-TIME without zone: it took the reader's zone. */
  readonly floatingTime: boolean;
  /** The instant by which the instance is known; `undefined` for a component that does not recur. */
  readonly recurrenceId: number | undefined;
  /** The component that describes the instance: the master or an override. */
  readonly component: JComponent;
  readonly isOverride: boolean;
  /** Whether DTSTART is there; without it `start` is DUE, or -Infinity. */
  readonly hasStart: boolean;
  /** Whether an end is stated by DTEND, DUE or DURATION; `end` is Infinity if there is no time at all. */
  readonly hasEnd: boolean;
  /** The start on the wall clock of the component's own zone. */
  readonly wallStart: number;
}

export interface Expansion {
  readonly occurrences: Occurrence[];
  /** False when a limit cut the answer: later instances may be missing. */
  readonly complete: boolean;
}

export interface ExpandLimits {
  /** The most occurrences to give. */
  readonly instances: number;
}

/**
 * The instances of an object that overlap a range by the rules of RFC 4791 9.9, ascending by start. `floating` is the zone for DATE
 * and floating times (RFC 4791 7.3). Follows RRULE, RDATE, EXDATE, EXRULE and overrides, also THISANDFUTURE (RFC 5545 3.8.4.4, 3.8.5).
 * The work is bounded: a limit or a rule too dear to search gives `complete: false`.
 */
export function expand(object: Family, range: Range, floating: Zone, limits: ExpandLimits): Expansion {
  return expandSeries(seriesOf(object, floating), range, limits.instances);
}

/** As `expand`, for a series that is compiled already. */
export function expandSeries(series: Series, range: Range, limit: number): Expansion {
  const { master } = series;
  const found: Occurrence[] = [];
  let completeUntil = Infinity;
  const keep = (occurrence: Occurrence): void => {
    if (overlaps(occurrence, range)) found.push(occurrence);
  };
  if (master?.anchor && !series.recurring) {
    if (isMember(series, master)) keep(single(master, undefined));
  } else if (master?.anchor) {
    for (const segment of segmentsOf(series, master)) {
      completeUntil = Math.min(completeUntil, addSegment(series, master, segment, range, limit, keep));
    }
  } else if (master) keep(single(master, undefined));
  for (const [id, override] of series.overrides) {
    if (!series.exdates.has(id)) keep(single(override, id));
  }
  const known = completeUntil === Infinity ? found : found.filter((each) => each.start < completeUntil);
  known.sort((a, b) => a.start - b.start || (a.recurrenceId ?? a.start) - (b.recurrenceId ?? b.start));
  const cut = known.length > limit;
  return { occurrences: cut ? known.slice(0, limit) : known, complete: completeUntil === Infinity && !cut };
}

/** A shift keeps the wall clock, so the instant moves by up to the change of offset more. */
const SHIFT_SLACK = 3 * HOUR;

/** A stretch of instance ids [from, to) that one template describes. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly template: Template;
  readonly future: Future | undefined;
}

function segmentsOf(series: Series, master: Template): readonly Segment[] {
  const bounds = series.futures.map(({ from }) => from);
  const first: Segment = { from: -Infinity, to: bounds[0] ?? Infinity, template: master, future: undefined };
  return [
    first,
    ...series.futures.map((future, i) => ({
      from: future.from,
      to: bounds[i + 1] ?? Infinity,
      template: future.template,
      future,
    })),
  ];
}

/** Adds the instances of one segment; answers up to which start the search was complete. */
function addSegment(
  series: Series,
  master: Template,
  segment: Segment,
  range: Range,
  limit: number,
  keep: (occurrence: Occurrence) => void,
): number {
  const { template, future } = segment;
  const longest = series.rdates.reduce(
    (most, { utc, end }) => Math.max(most, (end ?? utc) - utc),
    mostOf(template.length),
  );
  const slack = future ? SHIFT_SLACK : 0;
  const shift = future?.shift ?? 0;
  const from = Math.max(range.start - longest - shift - slack, segment.from);
  const to = Math.min(range.end - shift + slack, segment.to === Infinity ? Infinity : segment.to - 1);
  if (from > to) return Infinity;
  const { found, completeUntil } = nominals(series, master, from, to, limit);
  for (const nominal of found) {
    if (nominal.utc >= completeUntil) break;
    if (!series.overrides.has(nominal.utc)) keep(occurrenceOf(template, nominal, future));
  }
  return completeUntil === Infinity ? Infinity : completeUntil + shift - slack;
}

function occurrenceOf(template: Template, nominal: Nominal, future: Future | undefined): Occurrence {
  const zone = template.zone;
  const wall = future ? nominal.utc + zone.offsetAt(nominal.utc) * 1000 + future.shift : nominal.wall;
  const start = future ? zone.toUtc(wall) : nominal.utc;
  const end = nominal.end !== undefined && !future ? nominal.end : endOf(wall, start, zone, template.length);
  return occurrence(template, { wall, start, end }, nominal.utc, future !== undefined);
}

function single(template: Template, id: number | undefined): Occurrence {
  const { anchor, start } = template;
  const end = anchor ? endOf(anchor.wall, start, template.zone, template.length) : Infinity;
  return occurrence(template, { wall: anchor?.wall ?? -Infinity, start, end }, id, id !== undefined);
}

function occurrence(
  template: Template,
  at: { readonly wall: number; readonly start: number; readonly end: number },
  recurrenceId: number | undefined,
  isOverride: boolean,
): Occurrence {
  const { anchor } = template;
  return {
    start: at.start,
    end: at.end,
    allDay: anchor?.allDay ?? false,
    floatingTime: isFloating(anchor),
    recurrenceId,
    component: template.component,
    isOverride,
    hasStart: template.hasStart,
    hasEnd: template.hasEnd,
    wallStart: at.wall,
  };
}

function isFloating(anchor: Moment | undefined): boolean {
  return anchor !== undefined && !anchor.allDay && anchor.zone === undefined;
}
