import type { EventMap, PrincipalId } from "./database.js";
import { type Sql, sql } from "./sql.js";

/** One subscriber to be told about one topic. Messages with the same key that nobody has claimed yet become one. */
export interface Emission {
  readonly subscriber: string;
  readonly topic: keyof EventMap;
  readonly coalesce: "none" | "member" | "collection";
}

/** The channel on which a hint is sent that the outbox has work. */
export const outboxChannel = "kalends_outbox";

const upsert = sql`
    on conflict (subscriber, coalesce_key)
      where coalesce_key is not null and locked_until is null and failed_at is null
    do update set topic = excluded.topic, payload = excluded.payload`;

/**
 * Common table expressions `emitted` and `notified`: outbox rows for `emissions` from rows of
 * `topic, collection, name, revision`. The main statement must read `notified`, else it does not run.
 */
export const emitFrom = (
  emissions: readonly Emission[],
  events: Sql,
  { by, via }: { readonly by: PrincipalId | null; readonly via: string },
): Sql => sql`
  emitted as (
    insert into outbox (subscriber, topic, payload, coalesce_key)
    select distinct on (s.subscriber, s.coalesce, e.collection, case when s.coalesce = 'collection' then '' else e.name end)
      s.subscriber, e.topic,
      jsonb_strip_nulls(jsonb_build_object('collection', e.collection, 'name', e.name, 'revision', e.revision, 'via', ${via}::text))
        || jsonb_build_object('by', ${by}::bigint),
      case s.coalesce when 'collection' then e.collection::text when 'member' then e.collection || ':' || coalesce(e.name, '') end
    from (${events}) e
    join unnest(${emissions.map((e) => e.subscriber)}::text[], ${emissions.map((e) => e.topic)}::text[],
      ${emissions.map((e) => e.coalesce)}::text[]) as s(subscriber, topic, coalesce) on s.topic = e.topic
    order by s.subscriber, s.coalesce, e.collection, case when s.coalesce = 'collection' then '' else e.name end, e.revision desc
    ${upsert}
    returning id
  ), notified as (select pg_notify(${outboxChannel}, '') where exists (select from emitted))`;

/** One message of any topic, inside the transaction that makes it true. `payload` is JSON text. */
export const emit = (
  subscribers: readonly string[],
  topic: keyof EventMap & string,
  payload: string,
  coalesceKey: string | null = null,
): Sql => sql`
  with emitted as (
    insert into outbox (subscriber, topic, payload, coalesce_key)
    select s, ${topic}, ${payload}::jsonb, ${coalesceKey} from unnest(${subscribers}::text[]) as s
    ${upsert}
    returning id
  )
  select pg_notify(${outboxChannel}, '') from emitted limit 1`;
