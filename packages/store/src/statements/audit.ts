import type { PrincipalId } from "../database.js";
import { empty, join, type Sql, sql, timestamp } from "../sql.js";

export interface AuditEntry {
  /** Epoch milliseconds; null = now. */
  readonly at: number | null;
  readonly kind: string;
  /** Whom it is about, as a name; null = what the principal is called. */
  readonly account: string | null;
  readonly principal: PrincipalId | null;
  /** Who did it. */
  readonly actor: string;
  readonly address: string | null;
  readonly agent: string | null;
  /** One sentence; never a secret. */
  readonly detail: string;
  /** Entries with the same bucket become one, counted. */
  readonly bucket: string | null;
}

export interface AuditRow extends Omit<AuditEntry, "at" | "account" | "principal" | "bucket"> {
  readonly id: number;
  readonly at: number;
  readonly account: string;
  readonly times: number;
  /** Epoch milliseconds; later than `at` where several became one. */
  readonly lastAt: number;
}

const columns = sql`(at, kind, account, principal_id, actor, address, agent, detail, bucket, last_at)`;

const nameOf = (principal: PrincipalId | null): Sql => sql`(select p.login || '@' || d.name
    from principal p join domain d on d.id = p.domain_id where p.id = ${principal}::bigint)`;

function values(e: AuditEntry): Sql {
  const at = e.at === null ? sql`now()` : timestamp(e.at);
  const account = e.account === null ? sql`coalesce(${nameOf(e.principal)}, '')` : sql`${e.account}::text`;
  return sql`${at}, ${e.kind}::text, ${account}, ${e.principal}::bigint, ${e.actor}::text, ${e.address}::text,
    ${e.agent}::text, ${e.detail}::text, ${e.bucket}::text, ${at}`;
}

/** Adds an entry, or counts it where its bucket has one. */
export const insertAudit = (e: AuditEntry): Sql => sql`
  insert into audit as a ${columns} select ${values(e)}
  on conflict (bucket) do update set times = a.times + 1, last_at = excluded.last_at, detail = excluded.detail`;

/** Remembers the program an account was signed in with; adds the entry when it was not known. A row when it was new. */
export const insertDevice = (principal: PrincipalId, device: string, e: AuditEntry): Sql => sql`
  with seen as (
    insert into sign_in_device (principal_id, device, first_at) values (${principal}, ${device}, ${timestamp(e.at)})
    on conflict do nothing returning device
  ), noted as (insert into audit ${columns} select ${values(e)} from seen)
  select device from seen`;

export interface AuditFilter {
  readonly principal?: PrincipalId;
  /** Epoch milliseconds. */
  readonly since?: number;
  /** A kind, or the part of it before the dot. */
  readonly kind?: string;
  readonly limit: number;
}

/** Rows of `AuditRow`: the newest that meet the filter, oldest first. */
export function auditEntries({ principal, since, kind, limit }: AuditFilter): Sql {
  const conditions = [
    principal === undefined ? empty : sql` and principal_id = ${principal}`,
    since === undefined ? empty : sql` and last_at >= ${timestamp(since)}`,
    kind === undefined ? empty : sql` and (kind = ${kind} or split_part(kind, '.', 1) = ${kind})`,
  ];
  return sql`select * from (
      select id, at, kind, account, actor, address, agent, detail, times, last_at as "lastAt"
      from audit where true${join(conditions, "")} order by last_at desc, id desc limit ${limit}::int
    ) newest order by "lastAt", id`;
}

/** Removes entries from before a time (epoch milliseconds). */
export const dropAuditBefore = (time: number): Sql =>
  sql`delete from audit where last_at < ${timestamp(time)} returning id`;
