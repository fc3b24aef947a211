import { type Exchange, StaleSignIn } from "@kalends/dav-core";
import type { BusyType } from "@kalends/icalendar";
import { type CollectionId, type PrincipalId, type ReadTx, type Sql, sql } from "@kalends/store";
import type { FileName } from "./address.js";

/** Who may read somebody's free/busy; null = nobody, until he publishes for the first time. */
export type Access = "everyone" | "signed-in" | "off";

export const ACCESSES: readonly Access[] = Object.freeze(["everyone", "signed-in", "off"]);

/** The last upload that was not deleted. */
export interface StoredFile {
  readonly data: string;
  readonly etag: string;
  /** Epoch milliseconds, as all times here. */
  readonly start: number;
  readonly end: number;
  readonly periods: readonly (readonly [start: number, end: number, type: BusyType])[];
  readonly uploadedAt: number;
}

export interface FileLock {
  readonly token: string;
  readonly ownerXml: string;
  readonly seconds: number;
}

/** An account with what it said about its free and busy time. */
export interface Person {
  readonly id: PrincipalId;
  readonly uuid: string;
  readonly login: string;
  readonly domain: string;
  readonly enabled: boolean;
  readonly access: Access | null;
  readonly defaultCalendar: CollectionId | null;
  /** VTIMEZONE of the default calendar, for times without zone. */
  readonly timezone: string | null;
  readonly file: StoredFile | null;
  readonly lock: FileLock | null;
}

interface PersonRecord extends Omit<Person, "file" | "lock"> {
  readonly file: StoredFile | null;
  readonly lock: FileLock | null;
  readonly standing: boolean | null;
}

const personWhere = (where: Sql, { by }: Pick<Exchange, "by">): Sql => sql`
  select p.id, p.uuid, p.login, d.name as domain, p.enabled, f.access, p.default_calendar_id as "defaultCalendar", c.timezone,
    case when f.data is not null then json_build_object('data', f.data, 'etag', f.etag, 'start', f.first_start,
      'end', f.last_end, 'periods', f.periods,
      'uploadedAt', floor(extract(epoch from f.uploaded_at) * 1000)::bigint) end as file,
    case when f.lock_expires_at > now() then json_build_object('token', f.lock_token, 'ownerXml', f.lock_owner_xml,
      'seconds', ceil(extract(epoch from f.lock_expires_at - now()))::integer) end as lock,
    (select a.enabled and a.credential_epoch = ${by?.epoch ?? 0}::int from principal a
      where a.id = ${by?.id ?? null}::bigint) as standing
  from principal p join domain d on d.id = p.domain_id
  left join free_busy f on f.principal_id = p.id left join collection c on c.id = p.default_calendar_id
  where p.kind <> 'group' and ${where}`;

async function find(where: Sql, cx: Exchange): Promise<Person | undefined> {
  const record = await cx.services.db.one<PersonRecord>(personWhere(where, cx));
  if (!record) return undefined;
  const { standing, ...person } = record;
  if (cx.by !== null && standing !== true) throw new StaleSignIn(cx.by);
  return person;
}

/** The account a file is named after: by login or alias, in the domain of that name or alias. Throws `StaleSignIn`. */
export function personNamed({ login, domain }: FileName, cx: Exchange): Promise<Person | undefined> {
  const name = domain ?? cx.domain.name;
  return find(
    sql`(d.name = ${name} or d.id = (select a.domain_id from domain_alias a where a.alias = ${name}))
      and (p.login = ${login} or p.id = (select a.principal_id from principal_alias a
        where a.domain_id = d.id and a.alias = ${login}))
      order by (p.login = ${login}) desc limit 1`,
    cx,
  );
}

/** Whoever asks, as an account. Throws `StaleSignIn`. */
export const personAsking = (id: PrincipalId, cx: Exchange): Promise<Person | undefined> => find(sql`p.id = ${id}`, cx);

/** Sets who may read. */
export const setAccess = (id: PrincipalId, access: Access): Sql => sql`
  insert into free_busy (principal_id, access) values (${id}, ${access})
  on conflict (principal_id) do update set access = excluded.access`;

/** What is published for an account, for administrators. */
export interface FreeBusyState {
  readonly access: Access | null;
  readonly uploadedAt: number | null;
  /** The window of the upload. */
  readonly start: number | null;
  readonly end: number | null;
}

export async function freeBusyState(id: PrincipalId, tx: ReadTx): Promise<FreeBusyState> {
  const row = await tx.one<FreeBusyState>(sql`
    select access, uploaded_at as "uploadedAt", first_start as start, last_end as "end" from free_busy
    where principal_id = ${id}`);
  return row ?? { access: null, uploadedAt: null, start: null, end: null };
}
