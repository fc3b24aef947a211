import type { CalendarFilter, CompFilter, PropFilter, Range, Test } from "@kalends/icalendar";
import { join, raw, type Sql, sql } from "@kalends/store";
import { OBJECT_COMPONENTS } from "../limits.js";
import { byContent, textMatches } from "./by-property.js";

/** A filter as far as the index can judge it; conditions on `object o`. */
export interface Prefilter {
  /** Holds for every object that matches, and for some that do not. */
  readonly where: Sql;
  /** Holds only for objects that match: their bodies need not be read. Null when nothing is sure. */
  readonly certain: Sql | null;
  /** `where` and `certain` say the same. */
  readonly exact: boolean;
}

const ALL = raw("true");

const exactly = (where: Sql): Prefilter => ({ where, certain: where, exact: true });
const atMost = (where: Sql, certain: Sql | null = null): Prefilter => ({ where, certain, exact: false });
const unknown = atMost(ALL);

/**
 * What the index says about a filter: component, bounds of time, and the properties that clients ask for (RFC 4791 7.8). The
 * verdict on the rest stays with the exact match.
 */
export function prefilter(filter: CalendarFilter): Prefilter {
  if (filter.isNotDefined) return exactly(raw("false"));
  const parts = [...(filter.comps ?? []).map(byComponent), ...(filter.props ?? []).map(() => unknown)];
  if (filter.timeRange) parts.push(unknown);
  return parts.length === 0 ? exactly(ALL) : combine(parts, filter.test);
}

function combine(parts: readonly Prefilter[], test: Test = "allof"): Prefilter {
  const joined = (conditions: readonly Sql[]) => sql`(${join(conditions, test === "allof" ? " and " : " or ")})`;
  const sure = parts.flatMap(({ certain }) => (certain === null ? [] : [certain]));
  const isSure = test === "allof" ? sure.length === parts.length : sure.length > 0;
  return {
    where: joined(parts.map(({ where }) => where)),
    certain: isSure ? joined(sure) : null,
    exact: parts.every(({ exact }) => exact),
  };
}

function byComponent(filter: CompFilter): Prefilter {
  const name = filter.name.toUpperCase();
  if (!OBJECT_COMPONENTS.includes(name)) return unknown;
  if (filter.isNotDefined) return exactly(sql`o.component <> ${name}`);
  const is = sql`o.component = ${name}`;
  const tests = [...(filter.timeRange ? [byTime(name, filter.timeRange)] : []), ...byConditions(filter)];
  if (tests.length === 0) return exactly(is);
  const { where, certain } = combine(tests, filter.test);
  return atMost(sql`(${is} and ${where})`, certain && sql`(${is} and ${certain})`);
}

/** The bounds are wider than the instances, so what lies wholly inside the range is in it, whatever the zone. */
function byTime(component: string, { start, end }: Range): Prefilter {
  const conditions = [
    ...(end === Number.POSITIVE_INFINITY ? [] : [sql`(o.first_start is null or o.first_start <= ${end}::bigint)`]),
    ...(start === Number.NEGATIVE_INFINITY ? [] : [sql`(o.last_end is null or o.last_end >= ${start}::bigint)`]),
  ];
  const where = conditions.length === 0 ? ALL : sql`(${join(conditions, " and ")})`;
  if (component !== "VEVENT") return atMost(where);
  const bounds = [
    raw("not o.recurring and o.first_start is not null and o.last_end is not null"),
    ...(start === Number.NEGATIVE_INFINITY ? [] : [sql`o.first_start >= ${start}::bigint`]),
    ...(end === Number.POSITIVE_INFINITY ? [] : [sql`o.first_start < ${end}::bigint and o.last_end <= ${end}::bigint`]),
  ];
  return atMost(where, sql`(${join(bounds, " and ")})`);
}

/** What is asked of properties and of components inside: their verdict is one where all must hold for the same component. */
function byConditions({ props = [], comps = [], test = "allof" }: CompFilter): readonly Prefilter[] {
  const isUid = ({ name, params = [] }: PropFilter): boolean => name.toUpperCase() === "UID" && params.length === 0;
  const others = { props: props.filter((each) => !isUid(each)), comps, test };
  const uids = props.filter(isUid).map(byUid);
  return others.props.length + comps.length === 0 ? uids : [...uids, byVerdict(byContent(others))];
}

const byVerdict = (verdict: Sql): Prefilter => atMost(sql`${verdict} is not false`, sql`${verdict} is true`);

/** All components of an object carry its UID, so what a filter says of it can be judged from the column. */
function byUid({ isNotDefined, textMatch }: PropFilter): Prefilter {
  if (isNotDefined) return exactly(raw("false"));
  if (!textMatch) return exactly(ALL);
  const matched = textMatches(raw("o.uid"), textMatch);
  return matched ? exactly(matched) : unknown;
}
