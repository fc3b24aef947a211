import type { CalendarFilter, CompFilter, PropFilter, Range } from "@kalends/icalendar";
import { type CollectionId, join, raw, type Sql, sql } from "@kalends/store";
import { OBJECT_COMPONENTS } from "../limits.js";
import { byContent, textMatches } from "./by-property.js";
import { eventsIn, occurringIn } from "./events-in.js";
import { atMost, combine, EVERY, exactly, NOBODY, type Prefilter } from "./verdict.js";

const unknown = atMost(EVERY);

/**
 * What the index says about a filter on one collection: component, time, and the properties that clients ask for (RFC 4791 7.8).
 * The verdict on the rest stays with the exact match.
 */
export function prefilter(filter: CalendarFilter, collection: CollectionId): Prefilter {
  if (filter.isNotDefined) return exactly(NOBODY);
  const parts = [
    ...(filter.comps ?? []).map((comp) => byComponent(comp, collection)),
    ...(filter.props ?? []).map(() => unknown),
  ];
  if (filter.timeRange) parts.push(unknown);
  return parts.length === 0 ? exactly(EVERY) : combine(parts, filter.test);
}

function byComponent(filter: CompFilter, collection: CollectionId): Prefilter {
  const name = filter.name.toUpperCase();
  if (!OBJECT_COMPONENTS.includes(name)) return unknown;
  if (filter.isNotDefined) return exactly(sql`o.component <> ${name}`);
  const is = exactly(sql`o.component = ${name}`);
  const tests = [...(filter.timeRange ? [byTime(name, filter.timeRange, collection)] : []), ...byConditions(filter)];
  if (tests.length === 0) return is;
  return { ...combine([is, combine(tests, filter.test)]), exact: false };
}

const DAY = 86_400_000;
/** In longer ranges most members are, and reading all in order beats looking for each. */
const MOST_SOUGHT = 400 * DAY;

function byTime(component: string, range: Range, collection: CollectionId): Prefilter {
  if (component !== "VEVENT") return atMost(byBounds(range));
  if (range.end - range.start > MOST_SOUGHT) return byBoundsOfEvents(range, collection);
  const marked = eventsIn(collection, range);
  const among = (names: Sql): Sql => sql`o.name = any(array(${names}))`;
  const sure = among(sql`select t.name from (${marked}) t where t.sure`);
  return {
    ...atMost(among(sql`select t.name from (${marked}) t`), sure),
    named: { marked, where: EVERY, certain: raw("n.sure") },
  };
}

function byBounds({ start, end }: Range): Sql {
  const conditions = [
    ...(end === Number.POSITIVE_INFINITY ? [] : [sql`(o.first_start is null or o.first_start <= ${end}::bigint)`]),
    ...(start === Number.NEGATIVE_INFINITY ? [] : [sql`(o.last_end is null or o.last_end >= ${start}::bigint)`]),
  ];
  return conditions.length === 0 ? raw("true") : sql`(${join(conditions, " and ")})`;
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

const byVerdict = (verdict: Sql): Prefilter => atMost(sql`${verdict} is not false`, sql`${verdict} is true`);

/** All components of an object carry its UID, so what a filter says of it can be judged from the column. */
function byUid({ isNotDefined, textMatch }: PropFilter): Prefilter {
  if (isNotDefined) return exactly(NOBODY);
  if (!textMatch) return exactly(EVERY);
  const matched = textMatches(raw("o.uid"), textMatch);
  return matched ? exactly(matched) : unknown;
}
