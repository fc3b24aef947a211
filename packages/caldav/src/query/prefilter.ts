import type { CalendarFilter, CompFilter, PropFilter, Range, Test } from "@kalends/icalendar";
import { type CollectionId, join, raw, type Sql, sql } from "@kalends/store";
import { OBJECT_COMPONENTS } from "../limits.js";
import { byContent, textMatches } from "./by-property.js";
import { certainlyIn, occurringIn, perhapsIn, possiblyIn } from "./events-in.js";

/** A filter as far as the index can judge it; conditions on `object o`. */
export interface Prefilter {
  /** Holds for every object that matches, and for some that do not. */
  readonly where: Sql;
  /** Holds only for objects that match: their bodies need not be read. Null when nothing is sure. */
  readonly certain: Sql | null;
  /** Holds for what `where` holds for and `certain` does not. */
  readonly rest: Sql;
  /** `where` and `certain` say the same. */
  readonly exact: boolean;
  /** Each row is judged by itself: to ask both at once costs no more than one. */
  readonly perRow: boolean;
}

const ALL = raw("true");

const exactly = (where: Sql): Prefilter => ({ where, certain: where, rest: raw("false"), exact: true, perRow: true });
const atMost = (where: Sql, certain: Sql | null = null, rest?: Sql): Prefilter => ({
  where,
  certain,
  rest: rest ?? (certain === null ? where : sql`(${where} and ${certain} is not true)`),
  exact: false,
  perRow: true,
});
const unknown = atMost(ALL);

/**
 * What the index says about a filter on one collection: component, time, and the properties that clients ask for (RFC 4791 7.8).
 * The verdict on the rest stays with the exact match.
 */
export function prefilter(filter: CalendarFilter, collection: CollectionId): Prefilter {
  if (filter.isNotDefined) return exactly(raw("false"));
  const parts = [
    ...(filter.comps ?? []).map((comp) => byComponent(comp, collection)),
    ...(filter.props ?? []).map(() => unknown),
  ];
  if (filter.timeRange) parts.push(unknown);
  return parts.length === 0 ? exactly(ALL) : combine(parts, filter.test);
}

function combine(parts: readonly Prefilter[], test: Test = "allof"): Prefilter {
  const [only, another] = parts;
  if (only && !another) return only;
  const joined = (conditions: readonly Sql[]) => sql`(${join(conditions, test === "allof" ? " and " : " or ")})`;
  const sure = parts.flatMap(({ certain }) => (certain === null ? [] : [certain]));
  const isSure = test === "allof" ? sure.length === parts.length : sure.length > 0;
  const where = joined(parts.map((part) => part.where));
  if (parts.every(({ exact }) => exact)) return exactly(where);
  return { ...atMost(where, isSure ? joined(sure) : null), perRow: parts.every(({ perRow }) => perRow) };
}

function byComponent(filter: CompFilter, collection: CollectionId): Prefilter {
  const name = filter.name.toUpperCase();
  if (!OBJECT_COMPONENTS.includes(name)) return unknown;
  if (filter.isNotDefined) return exactly(sql`o.component <> ${name}`);
  const is = sql`o.component = ${name}`;
  const tests = [...(filter.timeRange ? [byTime(name, filter.timeRange, collection)] : []), ...byConditions(filter)];
  if (tests.length === 0) return exactly(is);
  const { where, certain, rest, perRow } = combine(tests, filter.test);
  const own = atMost(sql`(${is} and ${where})`, certain && sql`(${is} and ${certain})`, sql`(${is} and ${rest})`);
  return { ...own, perRow };
}

const DAY = 86_400_000;
/** In longer ranges most members are, and reading all in order beats looking for each. */
const MOST_SOUGHT = 400 * DAY;

function byTime(component: string, range: Range, collection: CollectionId): Prefilter {
  if (component !== "VEVENT") return atMost(byBounds(range));
  if (range.end - range.start > MOST_SOUGHT) return byBoundsOfEvents(range, collection);
  // An array finds each name in the primary key, whatever the planner thinks of the sizes.
  const among = (names: Sql): Sql => sql`o.name = any(array(${names}))`;
  const sought = atMost(
    among(possiblyIn(collection, range)),
    among(certainlyIn(collection, range)),
    among(perhapsIn(collection, range)),
  );
  return { ...sought, perRow: false };
}

function byBounds({ start, end }: Range): Sql {
  const conditions = [
    ...(end === Number.POSITIVE_INFINITY ? [] : [sql`(o.first_start is null or o.first_start <= ${end}::bigint)`]),
    ...(start === Number.NEGATIVE_INFINITY ? [] : [sql`(o.last_end is null or o.last_end >= ${start}::bigint)`]),
  ];
  return conditions.length === 0 ? ALL : sql`(${join(conditions, " and ")})`;
}

/** The bounds are wider than the instances, so what lies wholly inside the range is in it, whatever the zone. */
function byBoundsOfEvents(range: Range, collection: CollectionId): Prefilter {
  const { start, end } = range;
  const inside = [
    raw("not o.recurring and o.first_start is not null and o.last_end is not null"),
    ...(start === Number.NEGATIVE_INFINITY ? [] : [sql`o.first_start >= ${start}::bigint`]),
    ...(end === Number.POSITIVE_INFINITY ? [] : [sql`o.first_start < ${end}::bigint and o.last_end <= ${end}::bigint`]),
  ];
  const occurs = sql`o.recurring and o.name in (${occurringIn(collection, range)})`;
  return atMost(byBounds(range), sql`(${join(inside, " and ")} or ${occurs})`);
}

/** What is asked of properties and of components inside: their verdict is one where all must hold for the same component. */
function byConditions({ props = [], comps = [], test = "allof" }: CompFilter): readonly Prefilter[] {
  const isUid = ({ name, params = [] }: PropFilter): boolean => name.toUpperCase() === "UID" && params.length === 0;
  const others = { props: props.filter((each) => !isUid(each)), comps, test };
  const uids = props.filter(isUid).map(byUid);
  return others.props.length + comps.length === 0 ? uids : [...uids, byVerdict(byContent(others))];
}

const byVerdict = (verdict: Sql): Prefilter =>
  atMost(sql`${verdict} is not false`, sql`${verdict} is true`, sql`${verdict} is null`);

/** All components of an object carry its UID, so what a filter says of it can be judged from the column. */
function byUid({ isNotDefined, textMatch }: PropFilter): Prefilter {
  if (isNotDefined) return exactly(raw("false"));
  if (!textMatch) return exactly(ALL);
  const matched = textMatches(raw("o.uid"), textMatch);
  return matched ? exactly(matched) : unknown;
}
