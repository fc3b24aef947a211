import { ANY_LENGTH, ANY_ZONE, bucketOf, NEVER, type Range, SHORT, TRUSTED } from "@kalends/icalendar";
import { type CollectionId, raw, type Sql, sql } from "@kalends/store";

const HOUR = 3_600_000;
/** How far a change of the world's time zones moves what was reckoned before it: up to a day, where a date line moves. */
const ANY_CHANGE = 26 * HOUR;
/** Coverage is told by the wall clock for some, so its end is not used to the last hour. */
const LAST_HOURS = 48 * HOUR;
const FIRST_BUCKET = -(2 ** 31);
const LAST_BUCKET = 2 ** 31 - 1;

/** Of `object v`; the words of the indexes object_short and object_spread. */
const IS_SHORT = raw(`v.component = 'VEVENT' and not v.recurring and v.last_end - v.first_start <= ${SHORT}`);
const IS_SPREAD = raw(`v.component = 'VEVENT'
  and (v.recurring or v.first_start is null or v.last_end is null or v.last_end - v.first_start > ${SHORT})`);

const [PLAIN, ZONED] = TRUSTED;
/** The times of `object v` were reckoned as they would be today. */
export const isTrusted = (): Sql => sql`v.basis in (${PLAIN}::text, ${ZONED}::text)`;
const doubt = (): Sql => sql`case when ${isTrusted()} then 0 else ${ANY_CHANGE}::bigint end`;

/** An open side is null. */
const instant = (time: number): number | null => (Number.isFinite(time) ? time : null);
/** Ends that have crossed over make an empty range. */
export const rangeOf = (start: number, end: number): Sql =>
  sql`int8range(${instant(start)}::bigint, ${instant(Math.max(start, end))}::bigint)`;
const buckets = (start: number, end: number): Sql =>
  sql`between ${Number.isFinite(start) ? bucketOf(start) : FIRST_BUCKET}::integer
    and ${Number.isFinite(end) ? bucketOf(end) : LAST_BUCKET}::integer`;

/** Where occurrences may be whose margin is not none: any reader's zone, any length. */
const around = ({ start, end }: Range): Range => ({ start: start - ANY_ZONE - ANY_LENGTH, end: end + ANY_ZONE });
/** Where they are inside the range for sure. */
const within = ({ start, end }: Range): Range => ({ start: start + ANY_ZONE + ANY_LENGTH, end: end - ANY_ZONE });

/** From `occurrence x` with its `object v`: the rows of a collection around a range that can be trusted. */
export function occurrencesAround(collection: CollectionId, range: Range): Sql {
  const { start, end } = around(range);
  return sql`occurrence x join object v
      on v.collection_id = x.collection_id and v.name = x.name and v.revision = x.revision
    where x.collection_id = ${collection}::bigint and x.bucket ${buckets(start, end)} and ${isTrusted()}`;
}

/** `object v` of a collection: events that happen once and for less than five days, around a range. */
export function shortEventsAround(collection: CollectionId, { start, end }: Range): Sql {
  const far = [
    ...(Number.isFinite(start) ? [sql` and v.first_start >= ${start - SHORT - ANY_CHANGE}::bigint`] : []),
    ...(Number.isFinite(end) ? [sql` and v.first_start < ${end + ANY_CHANGE}::bigint`] : []),
  ].reduce((all, each) => sql`${all}${each}`, raw(""));
  return sql`object v where v.collection_id = ${collection}::bigint and ${IS_SHORT}${far}`;
}

/** A short event may touch the range, whoever reads it and whatever the zones are today. */
export const mayTouch = ({ start, end }: Range): Sql => sql`
  greatest(v.last_end, v.first_start + 1) > coalesce(${instant(start)}::bigint - ${doubt()}, v.first_start)
  and v.first_start < coalesce(${instant(end)}::bigint + ${doubt()}, v.first_start + 1)`;

/** The bounds of a short event touch a range whose ends are known. */
export const touches = ({ start, end }: Range): Sql =>
  sql`v.first_start < ${end}::bigint and v.last_end > ${start}::bigint`;

/** A short event lies in the range, whoever reads it. */
const liesIn = ({ start, end }: Range): Sql => sql`
  v.first_start >= coalesce(${instant(start)}::bigint + ${doubt()}, v.first_start)
  and greatest(v.last_end, v.first_start + 1) <= coalesce(${instant(end)}::bigint - ${doubt()}, v.last_end + 1)`;

/**
 * `object v`: events whose occurrences do not tell about all of a range, by their bounds: `name`, in any order. Every condition has
 * two ends, of which a planner that does not know the values expects few rows, and so keeps its plan.
 */
export function uncovered(collection: CollectionId, { start, end }: Range): Sql {
  const reach = Math.min(end + LAST_HOURS, Number.MAX_SAFE_INTEGER);
  const at = sql`select v.name from object v where v.collection_id = ${collection}::bigint and ${IS_SPREAD}
    and (v.first_start is null or ${instant(end)}::bigint is null or v.first_start <= ${instant(end)}::bigint + ${ANY_CHANGE}::bigint)
    and (v.last_end is null or ${instant(start)}::bigint is null or v.last_end >= ${instant(start)}::bigint - ${ANY_CHANGE}::bigint)`;
  const short = sql`v.covered_until >= ${NEVER}::bigint and v.covered_until < ${reach}::bigint`;
  return sql`${at} and v.basis = ${PLAIN}::text and ${short}
    union all ${at} and v.basis = ${ZONED}::text and ${short}
    union all ${at} and v.basis >= '' and v.basis < ${PLAIN}::text
    union all ${at} and v.basis > ${PLAIN}::text and v.basis < ${ZONED}::text
    union all ${at} and v.basis > ${ZONED}::text and v.basis < '~'`;
}

/** `occurrence x` touches the range for sure, whoever reads it. */
const surelySpans = (range: Range): Sql => sql`(
    x.margin = 'none' and x.spans && ${rangeOf(range.start, range.end)}
    or x.margin = 'zone' and x.spans && ${rangeOf(within(range).start, within(range).end)})`;

/** Names of events that have an instance in the range by their occurrences, whoever reads them (RFC 4791 9.9). */
export const occurringIn = (collection: CollectionId, range: Range): Sql =>
  sql`select x.name from ${occurrencesAround(collection, range)} and ${surelySpans(range)}`;

/** `occurrence x` may touch the range, whoever reads it. */
export const maySpan = (range: Range): Sql => sql`x.spans && case
    when x.margin = 'none' then ${rangeOf(range.start, range.end)} else ${rangeOf(around(range).start, around(range).end)} end`;

/** Rows of all events that may have an instance in the range: `name`, and whether one is `sure`; some names come more than once. */
export const eventsIn = (collection: CollectionId, range: Range): Sql => sql`
  select v.name, ${liesIn(range)} as sure from ${shortEventsAround(collection, range)} and ${mayTouch(range)}
  union all select x.name, ${surelySpans(range)} from ${occurrencesAround(collection, range)} and ${maySpan(range)}
  union all select w.name, false from (${uncovered(collection, range)}) w`;
