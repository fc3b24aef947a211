import { NO_RIGHTS, ownerRights, rightsMask } from "@kalends/acl";
import { type Database, join, raw, type Sql, sql } from "@kalends/store";
import type { Exchange, Requester } from "../exchange.js";
import type { Candidate } from "../paths/address.js";
import { sightOf } from "../privacy/sight.js";
import { collectionCells, collectionOf, recordOfCells } from "../rows/collection-row.js";
import { memberJson } from "../rows/member-row.js";
import type { Account } from "./account.js";
import { isAsker, type Mailbox, type Place, readsBody, readState, type Said, stateColumns } from "./said.js";
import { locksWhere } from "./statement.js";

interface OwnRow {
  readonly cells: readonly [
    enabled: boolean,
    epoch: number,
    services: Account["services"],
    domainServices: Account["services"],
    above: number,
    /** Null = there is no such binding. */
    slug: string | null,
    isDefault: boolean | null,
    /** Null = there is none, or somebody else owns it. */
    collection: readonly unknown[] | null,
    member: readonly unknown[] | null,
  ];
  readonly data?: string | null;
}

const memberCells = sql`case when o.name is not null then ${memberJson(stateColumns)} end`;
const inHome = raw("c.id = owner.home_id");
const noMember = raw("null::json");
const text = raw(", case when c.owner_id = owner.id then o.data end as data");

/** The asker's default calendar, under the first of its names. */
const defaultSlug = raw(`(select d.slug from binding d
  where d.collection_id = owner.default_calendar_id and d.home_id = owner.home_id order by d.slug limit 1)`);

/**
 * The bindings of these names: one look-up by key for each, however many there are in the home. Without `offset 0` the
 * planner would rather read a whole home of the usual size.
 */
function bindings(slugs: readonly Sql[]): Sql {
  const [first = raw("null")] = slugs;
  const of = (slug: Sql): Sql => sql`lateral (select home_id, slug, collection_id, how, overlay from binding
      where home_id = owner.home_id and slug = ${slug} offset 0) b`;
  if (slugs.length === 1) return of(first);
  return sql`lateral (values ${join(slugs.map((slug) => sql`(${slug})`))}) named(slug) cross join ${of(raw("named.slug"))}`;
}

/** The locks that can matter to a candidate: with a member those on its name, else all. */
function locksOf(candidates: readonly Candidate[], member: string | null, cx: Exchange): Sql {
  const whole = candidates.flatMap((each) => (each.member === null && each.slug !== null ? [each.slug] : []));
  return locksWhere(
    cx,
    member === null ? raw("true") : sql`b.slug = any(${whole}::text[]) or l.name in ('', ${member})`,
  );
}

/**
 * One row for each candidate that is bound in the asker's own home, with what he owns there; one row with less where nothing
 * is bound. Every right is the owner's, so no entries are read, and every join is one by a key.
 */
export function ownStatement({ candidates }: Mailbox, cx: Exchange, by: Requester): Sql {
  const member = candidates.find((each) => each.member !== null)?.member ?? null;
  const slugs = candidates.flatMap(({ slug }) => slug ?? []);
  const isHome = candidates.length === 0;
  const mayBeDefault = candidates.some(({ slug }) => slug === null);
  const bound = sql`${bindings([...slugs.map((slug) => sql`${slug}::text`), ...(mayBeDefault ? [defaultSlug] : [])])}
      join collection c on c.id = b.collection_id${
        member === null ? raw("") : sql` left join object o on o.collection_id = b.collection_id and o.name = ${member}`
      }`;
  const rights = ownerRights(raw("c.id"), by.limit);
  const locks = locksOf(candidates, member, cx);
  return sql`select json_build_array(owner.enabled, owner.credential_epoch, owner.services, owner_domain.services,
      ${ownerRights(raw("owner.home_id"), by.limit)}, ${raw(isHome ? "null, null" : "b.slug, b.collection_id = owner.default_calendar_id")},
      case when c.owner_id = owner.id then ${collectionCells(!isHome, rights, locks)} end,
      ${member === null ? noMember : memberCells}) as cells${member !== null && readsBody(cx) ? text : raw("")}
    from principal owner join domain owner_domain on owner_domain.id = owner.domain_id
    left join ${isHome ? sql`collection c on ${inHome}` : sql`(${bound}) on true`}
    where owner.id = ${by.id}::bigint`;
}

interface Match {
  readonly candidate: Candidate;
  readonly row: OwnRow;
}

const isThere = ({ cells }: OwnRow): boolean => cells[8] !== null;

/** A name that is there before one that is free, then the order of the candidates. */
const before = (a: Match, b: Match): number => rank(a) - rank(b);
const rank = ({ candidate, row }: Match): number =>
  candidate.rank + (candidate.member !== null && !isThere(row) ? FREE : 0);
const FREE = 1000;

function matches(candidates: readonly Candidate[], rows: readonly OwnRow[], shortForm: boolean): readonly Match[] {
  return rows.flatMap((row) =>
    candidates
      .filter(({ slug, member }) =>
        slug === null ? row.cells[6] === true && (member === null || isThere(row) || shortForm) : row.cells[5] === slug,
      )
      .map((candidate) => ({ candidate, row })),
  );
}

/** Undefined where the row does not tell enough: others own the collection, or something in it may be hidden. */
function placeOf({ candidate, row }: Match, cx: Exchange): Place | undefined {
  const [, , , , , , , cells, state] = row.cells;
  if (cells === null) return undefined;
  const collection = collectionOf(recordOfCells(cells));
  if (sightOf(collection, cx) !== null) return undefined;
  if (candidate.member === null || state === null) return { candidate, collection, member: null };
  const member = readState(state, null);
  return {
    candidate,
    collection,
    member: member && typeof row.data === "string" ? { ...member, data: row.data } : member,
  };
}

function said(address: Mailbox, rows: readonly OwnRow[], cx: Exchange, by: Requester, shortForm: boolean) {
  const [row] = rows;
  if (!row) return undefined;
  const [enabled, epoch, services, domain_services, rights, , , cells] = row.cells;
  const account = { id: by.id, enabled, services, domain_services };
  const asked = { asker: { ...account, epoch }, account };
  if (address.candidates.length === 0) {
    const home = cells && collectionOf(recordOfCells(cells));
    return home ? { ...asked, home, above: home.rights, place: null } : undefined;
  }
  const [best] = [...matches(address.candidates, rows, shortForm)].sort(before);
  const place = best && placeOf(best, cx);
  return place && { ...asked, home: null, above: rightsMask(rights ?? NO_RIGHTS), place };
}

/** Paths in somebody's own home that lead to what others own: they are asked for the other way at once. */
const lentTo = new WeakMap<Database, Set<string>>();
const REMEMBERED = 10_000;

const keyOf = ({ names }: Mailbox, by: Requester): string => `${by.id} ${names[0] ?? ""}`;

/** Remembers whether a path in the asker's own home led to what somebody else owns. A wrong memory costs a statement at most. */
export function noteLent(address: Mailbox, place: Place | null, cx: Exchange): void {
  if (cx.by === null || !isOwnHome(address, cx)) return;
  const lent = lentTo.get(cx.services.db) ?? new Set();
  lentTo.set(cx.services.db, lent);
  const key = keyOf(address, cx.by);
  if (!place || place.collection.owner.id === cx.by.id) lent.delete(key);
  else if (lent.size < REMEMBERED) lent.add(key);
  else lent.clear();
}

/** True where the path names the asker's own home. */
export function isOwnHome({ account }: Mailbox, cx: Exchange): boolean {
  return account === null || isAsker(account, cx);
}

/**
 * What the store says about a path in the asker's own home that leads to something of his own: nearly every request, and by
 * the smallest statement. Undefined where that is not so; the general statement tells then, by itself alone.
 */
export async function askOwnHome(address: Mailbox, cx: Exchange, shortForm: boolean): Promise<Said | undefined> {
  const { by, verb } = cx;
  if (by === null || !isOwnHome(address, cx) || verb.startsWith("MK")) return undefined;
  if (lentTo.get(cx.services.db)?.has(keyOf(address, by))) return undefined;
  const rows = await cx.services.db.rows<OwnRow>(ownStatement(address, cx, by));
  return said(address, rows, cx, by, shortForm);
}
