import type { MemberSelection } from "@kalends/dav-core";
import type { BusyPeriod, BusyType, Range } from "@kalends/icalendar";
import { type CollectionId, raw, type ReadTx, type Revision, type Sql, sql } from "@kalends/store";
import {
  isTrusted,
  maySpan,
  mayTouch,
  occurrencesAround,
  rangeOf,
  shortEventsAround,
  touches,
  uncovered,
} from "./events-in.js";

/** Whose busy time of one collection is asked for, and when. */
export interface BusyQuestion {
  readonly collection: CollectionId;
  readonly range: Range;
  /** Calendar user addresses of the owner, whose PARTSTAT counts. */
  readonly owner: readonly string[];
}

/** Holds for `object v` if one of the addresses is among its attendees in any case, and for some others with odd letters. */
function mayAttend(owner: readonly string[]): Sql {
  const attendees = sql`lower((v.index ->> 'attendees') collate "C")`;
  const inJson = owner.map((address) => JSON.stringify(address.toLowerCase()).slice(1, -1));
  return sql`(v.index -> 'attendees' <> '[]'::jsonb and (
    octet_length(v.index ->> 'attendees') <> char_length(v.index ->> 'attendees')
    or exists (select from unnest(${inJson}::text[]) as a(address) where position(a.address in ${attendees}) > 0)))`;
}

interface ToldRow {
  readonly revision: Revision;
  readonly told: readonly (readonly [type: BusyType, spans: string])[];
}

/** What the index alone tells, and at which revision of the collection. */
export interface ToldBusy {
  readonly revision: Revision;
  readonly periods: readonly BusyPeriod[];
}

/** The busy time of events that is the same for every reader, merged by the database (RFC 4791 7.10). */
export async function busyByIndex({ collection, range, owner }: BusyQuestion, db: ReadTx): Promise<ToldBusy> {
  const isOthers = sql`not ${mayAttend(owner)}`;
  const window = rangeOf(range.start, range.end);
  const row = await db.one<ToldRow>(sql`
    with told as (
      select v.index ->> 'busy' as busy, range_agg(int8range(v.first_start, v.last_end)) as spans
      from ${shortEventsAround(collection, range)} and ${isTrusted()} and ${touches(range)}
        and v.index ->> 'busy' in ('BUSY', 'BUSY-TENTATIVE') and ${isOthers}
      group by 1
      union all
      select x.busy, range_agg(x.spans * int8multirange(${window})) from ${occurrencesAround(collection, range)}
        and x.spans && ${window} and x.margin = 'none' and x.busy <> 'FREE' and ${isOthers}
      group by 1
    )
    select c.revision, (select coalesce(json_agg(json_build_array(busy, spans::text)), '[]') from told) as told
    from collection c where c.id = ${collection}::bigint`);
  if (!row) return { revision: 0 as Revision, periods: [] };
  return { revision: row.revision, periods: row.told.flatMap(([type, spans]) => periodsIn(spans, type)) };
}

/** Reads a multirange as PostgreSQL prints it: `{[1,2),[5,9)}`. */
function periodsIn(spans: string, type: BusyType): readonly BusyPeriod[] {
  const found: BusyPeriod[] = [];
  for (const [, start, end] of spans.matchAll(/\[(-?\d+),(-?\d+)\)/g)) {
    found.push({ start: Number(start), end: Number(end), type });
  }
  return found;
}

const OTHERS = raw("v.component in ('VFREEBUSY', 'VAVAILABILITY')");
const TAKES_TIME = raw("o.index ->> 'transp' is distinct from 'TRANSPARENT'");

/** Where busy time has to be read from the text: what depends on the reader or on the owner's answer, or is not covered by the index. */
export function busyToRead({ collection, range, owner }: BusyQuestion): MemberSelection {
  const { start, end } = range;
  const names = sql`array(
    select v.name from ${shortEventsAround(collection, range)} and ${mayTouch(range)}
      and (not ${isTrusted()} or v.index ->> 'busy' is null or v.index ->> 'busy' <> 'FREE' and ${mayAttend(owner)})
    union all
    select x.name from ${occurrencesAround(collection, range)} and x.busy <> 'FREE'
      and ${maySpan(range)} and (x.margin <> 'none' or ${mayAttend(owner)})
    union all ${uncovered(collection, range)}
    union all
    select v.name from object v where v.collection_id = ${collection}::bigint and ${OTHERS}
      and (v.first_start is null or v.first_start <= ${end}::bigint) and (v.last_end is null or v.last_end >= ${start}::bigint))`;
  return { names, where: TAKES_TIME };
}

/** What may take time and was written after a revision. */
export function busyWrittenSince(collection: CollectionId, since: Revision): MemberSelection {
  const names = sql`array(
    select v.name from object v where v.collection_id = ${collection}::bigint and v.revision > ${since}::bigint
      and v.revision <= ${Number.MAX_SAFE_INTEGER}::bigint and (v.component = 'VEVENT' or ${OTHERS}))`;
  return { names, where: TAKES_TIME };
}
