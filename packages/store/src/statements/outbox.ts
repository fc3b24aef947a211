import { type Sql, sql } from "../sql.js";

export interface OutboxRow {
  readonly id: number;
  readonly subscriber: string;
  readonly topic: string;
  readonly payload: unknown;
  /** How often it was tried before this time. */
  readonly attempts: number;
}

/** Claims up to `limit` due messages for `leaseMs`; other workers pass them by. Oldest first. */
export const claimOutbox = (subscribers: readonly string[], limit: number, leaseMs: number): Sql => sql`
  with due as (
    select id from outbox
    where failed_at is null and run_after <= now() and (locked_until is null or locked_until <= now())
      and subscriber = any(${subscribers}::text[])
    order by id limit ${limit}::bigint for update skip locked
  ), claimed as (
    update outbox o set locked_until = now() + ${leaseMs}::float8 * interval '1 millisecond', attempts = o.attempts + 1
    from due where o.id = due.id
    returning o.id, o.subscriber, o.topic, o.payload, o.attempts - 1 as attempts
  )
  select * from claimed order by id`;

export const finishOutbox = (id: number): Sql => sql`delete from outbox where id = ${id} returning id`;

/**
 * Puts a message that failed back for later, or marks it as failed for good. If a newer one with the same key waits
 * already, this one has nothing more to say and goes.
 */
export const postponeOutbox = (id: number, error: string, delayMs: number, forGood: boolean): Sql => sql`
  with superseded as (
    delete from outbox o using outbox newer
    where o.id = ${id} and not ${forGood}::boolean and newer.id <> o.id and newer.subscriber = o.subscriber
      and newer.coalesce_key = o.coalesce_key and newer.locked_until is null and newer.failed_at is null
    returning o.id
  )
  update outbox set locked_until = null, last_error = left(${error}, 2000),
    run_after = now() + ${delayMs}::float8 * interval '1 millisecond',
    failed_at = case when ${forGood}::boolean then now() end
  where id = ${id} and id not in (select id from superseded) returning id`;

export interface OutboxState {
  readonly waiting: number;
  readonly failed: number;
  /** Epoch milliseconds of the oldest message waiting. */
  readonly oldest: number | null;
}
export const outboxState = (): Sql => sql`
  select count(*) filter (where failed_at is null) as waiting, count(*) filter (where failed_at is not null) as failed,
    min(created_at) filter (where failed_at is null) as oldest from outbox`;

/** Messages given up on: rows with `id`, `subscriber`, `topic`, `payload`, `attempts`, `lastError`, `failedAt`. */
export const failedOutbox = (limit: number): Sql => sql`
  select id, subscriber, topic, payload, attempts, last_error as "lastError", failed_at as "failedAt"
  from outbox where failed_at is not null order by id limit ${limit}::bigint`;

/** Tries a failed message again from the start. */
export const retryOutbox = (id: number): Sql => sql`
  update outbox set failed_at = null, attempts = 0, run_after = now(), coalesce_key = null where id = ${id} returning id`;
