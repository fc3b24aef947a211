import { holdsAny, type RightsAsker, subjectsCte } from "@kalends/acl";
import { insidePath, locksJson, parentPath, type PrincipalId, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { AccountName, Address } from "../paths/address.js";
import { findable } from "../people.js";
import { collectionColumns, collectionTables } from "../rows/collection-row.js";
import { memberJson } from "../rows/member-row.js";
import { principalColumns, principalTables } from "../rows/principal-row.js";
import { columnsFor, isAsker, type Mailbox } from "./said.js";

type Principal = Extract<Address, { at: "principal" }>;

const asker = (by: PrincipalId | null): Sql => sql`asker as (
    select p.id, p.enabled, p.credential_epoch as epoch, p.services, p_domain.services as domain_services
    from ${principalTables} where p.id = ${by}::bigint
  )`;

/** The id of the domain meant: by name or alias, or the one chosen by `Host`. */
function domainId(account: AccountName, cx: Exchange): Sql {
  const { domain } = account;
  if (domain === null || domain === cx.domain.name) return sql`${cx.domain.id}::bigint`;
  return sql`(select id from domain where name = ${domain}
    union select domain_id from domain_alias where alias = ${domain} limit 1)`;
}

/** By login or alias, each looked up in its own index: an `or` of both would go through all accounts of the domain. */
function isNamed(account: AccountName, cx: Exchange): Sql {
  const domain = domainId(account, cx);
  return sql`p.id = coalesce(
      (select q.id from principal q where q.domain_id = ${domain} and q.login = ${account.login}),
      (select a.principal_id from principal_alias a where a.domain_id = ${domain} and a.alias = ${account.login}))`;
}

const selectAsker = raw("(select to_json(asker) from asker) as asker");

/** Who asks, and nothing else: for paths that name nothing stored. */
export const askerStatement = (by: PrincipalId | null): Sql => sql`with ${asker(by)} select ${selectAsker}`;

/** Who asks and the principal named; principals are shown to administrators, and to their own domain by its policy. */
export function principalStatement({ of, account }: Principal, cx: Exchange): Sql {
  const { by } = cx;
  const visible = by?.isAdmin ? raw("true") : sql`p.domain_id = ${by?.domainId ?? null}::bigint`;
  return sql`with ${asker(by?.id ?? null)} select ${selectAsker}, (select to_json(found) from (
      select ${principalColumns} from ${principalTables}
      where ${isNamed(account, cx)} and p.kind = ${of} and p.enabled and ${visible} and ${findable(by, "named")}
    ) found) as principal`;
}

/** True when the asker sees something of the owner in the home, which makes the home itself visible to him. */
const seesChild = (asker: RightsAsker | null): Sql => sql`exists (
    select 1 from binding b join collection c on c.id = b.collection_id join account on account.home_id = b.home_id
    where b.how = 'own' and ${holdsAny({ collectionId: raw("c.id"), ownerId: raw("c.owner_id"), asker }, 1)}
  )`;

/**
 * Mapped before unmapped; among either the first candidate. Of members that may be shown in part the text comes along: what
 * the asker may see is known only with the rights. `shortForm` = the default calendar may hold new
 * members.
 */
function place({ candidates }: Mailbox, cx: Exchange, shortForm: boolean): Sql {
  return sql`candidate(rank, slug, member) as (
    select * from unnest(${candidates.map((c) => c.rank)}::int[], ${candidates.map((c) => c.slug)}::text[],
      ${candidates.map((c) => c.member)}::text[])
  ), place as (
    select candidate.rank, candidate.member, b.home_id, b.slug, b.collection_id, b.how, b.overlay,
      case when o.name is not null then ${memberJson(columnsFor(cx), "true")} end as cells
    from candidate cross join account
    join binding b on b.home_id = account.home_id and b.slug = coalesce(candidate.slug, (select d.slug from binding d
      where d.collection_id = account.default_calendar_id and d.home_id = account.home_id order by d.slug limit 1))
    left join object o on o.collection_id = b.collection_id and o.name = candidate.member
    where candidate.member is null or o.name is not null or candidate.slug is not null or ${shortForm}::boolean
    order by candidate.member is not null and o.name is null, candidate.rank
    limit 1
  )`;
}

const accountColumns = raw(
  "p.id, p.enabled, p.services, p_domain.services as domain_services, p.home_id, p.default_calendar_id",
);

/** Common table expressions `asker` and `account`: who asks, and whom a path names (null = the one who asks). */
export function accountStatement(account: AccountName | null, cx: Exchange): Sql {
  const by = cx.by?.id ?? null;
  const whose = account === null ? sql`p.id = ${by}::bigint` : isNamed(account, cx);
  return sql`${asker(by)}, account as (select ${accountColumns} from ${principalTables} where ${whose})`;
}

const READING: ReadonlySet<string> = new Set(["OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"]);

/** The request changes nothing by its nature. */
export const isReading = ({ verb }: Pick<Exchange, "verb">): boolean => READING.has(verb);

/** A condition on `principal p`: it is the one in whose home the path is. */
export const whoseHome = ({ account }: Mailbox, cx: Exchange): Sql =>
  account === null || isAsker(account, cx) ? sql`p.id = ${cx.by?.id ?? null}::bigint` : isNamed(account, cx);

/** The locks that can stand in the way of the request, or that its `If` may name; none are read for what only reads. */
export const locksWhere = ({ verb, headers }: Exchange, where: Sql): Sql =>
  isReading({ verb }) && !headers.has("if") ? raw("null::json") : locksJson(where);

const locksFor = (cx: Exchange): Sql => locksWhere(cx, raw("b.member is null or l.name in ('', b.member)"));

/** The same for a path in a file area: on the path, on what is around it, and on what is inside. */
export const areaLocks = (path: string, cx: Exchange): Sql =>
  locksWhere(cx, sql`l.name = any(${pathsUpFrom(path)}::text[]) or (${insidePath('l.name collate "C"', path)})`);

const pathsUpFrom = (path: string): readonly string[] =>
  path === "" ? [""] : [...pathsUpFrom(parentPath(path)), path];

/**
 * Everything a mailbox path can mean, decided in one statement: owner, home, binding, collection, rights, member. `isOwn` =
 * it is the home of the asker, and nothing in it can add to what he sees.
 */
export function mailboxStatement(address: Mailbox, cx: Exchange, shortForm: boolean, isOwn: boolean): Sql {
  const by = cx.by?.id ?? null;
  const whose = whoseHome(address, cx);
  const sees = sql`case when exists (select 1 from found where rights & 1 <> 0) then true else ${seesChild(cx.by)} end`;
  return sql`with recursive ${subjectsCte(by)}, ${asker(by)}, account as (
    select ${accountColumns} from ${principalTables} where ${whose}
  ), ${place(address, cx, shortForm)}, home as (
    select ${collectionColumns(cx.by, false)} from ${collectionTables} where c.id = (select home_id from account)
  ), found as (
    select ${collectionColumns(cx.by, true)}, ${locksFor(cx)} as locks
    from ${collectionTables} join place b on b.collection_id = c.id
  )
  select ${selectAsker}, (select to_json(account) from account) as account, (select to_json(home) from home) as home,
    (select to_json(found) from found) as found,
    (select json_build_object('rank', rank, 'member', member, 'cells', cells) from place) as place,
    ${isOwn ? raw("false") : sees} as sees_child`;
}
