import { type Sql, sql, timestamp } from "../sql.js";

/** Failed sign-ins that count, of an account, an address, or both together. */
export interface FailureRow {
  readonly subject: string;
  readonly failures: number;
  /** Epoch milliseconds; from then on they do not count. */
  readonly until: number;
}

export interface FailureSubject {
  readonly subject: string;
  /** The failure with this number starts the time over. */
  readonly atMost: number;
  /** How long it then lasts, in milliseconds. */
  readonly holdMs: number;
}

/** Rows of `FailureRow` of these subjects that count at `now`. */
export const failuresOf = (subjects: readonly string[], now: number): Sql => sql`
  select subject, failures, until from sign_in_failure
  where subject = any(${subjects}::text[]) and until > ${timestamp(now)}`;

/** Counts one more failure of each, within `windowMs` of the first. Rows of `FailureRow`. */
export const addFailures = (subjects: readonly FailureSubject[], now: number, windowMs: number): Sql => sql`
  with given as (
    select * from unnest(${subjects.map(({ subject }) => subject)}::text[], ${subjects.map(({ atMost }) => atMost)}::int[],
      ${subjects.map(({ holdMs }) => now + holdMs)}::float8[]) as g(subject, at_most, hold)
  )
  insert into sign_in_failure as f (subject, failures, until)
  select subject, 1, ${timestamp(now + windowMs)} from given order by subject
  on conflict (subject) do update set
    failures = case when f.until <= ${timestamp(now)} then 1 else f.failures + 1 end,
    until = case when f.until <= ${timestamp(now)} then excluded.until
      when f.failures + 1 = (select at_most from given where given.subject = excluded.subject)
        then (select to_timestamp(hold / 1000) from given where given.subject = excluded.subject)
      else f.until end
  returning subject, failures, until`;

export const clearFailures = (subjects: readonly string[]): Sql =>
  sql`delete from sign_in_failure where subject = any(${subjects}::text[]) returning subject`;

/** Forgets the failures of one account, from wherever they came; `account` as it stands in the subjects. */
export const clearAccountFailures = (account: string): Sql => sql`
  delete from sign_in_failure where subject = ${`account ${account}`} or subject like ${`both % ${account}`}
  returning subject`;

/** Removes what no longer counts. */
export const dropOldFailures = (now: number): Sql =>
  sql`delete from sign_in_failure where until <= ${timestamp(now)} returning subject`;
