import { ownerRights, rightsMask } from "@kalends/acl";
import { raw, type Sql, sql } from "@kalends/store";
import type { Catalogue, Exchange, Requester } from "../exchange.js";
import type { Candidate } from "../paths/address.js";
import { sightOf } from "../privacy/sight.js";
import { collectionCells, collectionOf, recordOfCells } from "../rows/collection-row.js";
import { memberJson } from "../rows/member-row.js";
import type { Account } from "./account.js";
import { type CandidateRow, candidateLocks, candidateTables, meant, memberCells } from "./candidate-rows.js";
import { isAsker, type Mailbox, type Place, readsBody, readState, type Said, stateColumns } from "./said.js";

type OwnCells = readonly [
  enabled: boolean,
  epoch: number,
  services: Account["services"],
  domainServices: Account["services"],
  above: number,
  slug: string | null,
  isDefault: boolean | null,
  /** Null = there is none, or somebody else owns it. */
  collection: readonly unknown[] | null,
  member: readonly unknown[] | null,
];
interface OwnRow extends CandidateRow {
  readonly cells: OwnCells;
  readonly data: string | null;
}

const text = raw(", case when c.owner_id = owner.id then o.data end as data");
const bound = raw("b.slug, b.collection_id = owner.default_calendar_id");
const stateCells = memberJson(stateColumns);

/**
 * One row for each candidate that is bound in the asker's own home, with what he owns there; one row with less where nothing
 * is bound. Every right is the owner's, so no entries are read, and every join is one by a key.
 */
export function ownStatement({ candidates }: Mailbox, cx: Exchange, by: Requester): Sql {
  const isHome = candidates.length === 0;
  const takesText = readsBody(cx) && candidates.some(({ member }) => member !== null);
  const rights = ownerRights(raw("c.id"), by.limit);
  const cells = collectionCells(!isHome, rights, candidateLocks(candidates, cx));
  return sql`select json_build_array(owner.enabled, owner.credential_epoch, owner.services, owner_domain.services,
      ${ownerRights(raw("owner.home_id"), by.limit)}, ${isHome ? raw("null, null") : bound},
      case when c.owner_id = owner.id then ${cells} end, ${memberCells(candidates, stateCells)}) as cells${takesText ? text : raw("")}
    from principal owner join domain owner_domain on owner_domain.id = owner.domain_id
    left join ${isHome ? raw("collection c on c.id = owner.home_id") : sql`(${candidateTables(candidates, "owner")}) on true`}
    where owner.id = ${by.id}::bigint`;
}

const ownRow = ({ cells, data = null }: { readonly cells: OwnCells; readonly data?: string | null }): OwnRow => ({
  cells,
  data,
  slug: cells[5],
  isDefault: cells[6] === true,
  isThere: cells[8] !== null,
});

/** Undefined where the row does not tell enough: others own the collection, or something in it may be hidden. */
function placeOf(candidate: Candidate, { cells, data }: OwnRow, cx: Exchange): Place | undefined {
  const [, , , , , , , found, state] = cells;
  if (found === null) return undefined;
  const collection = collectionOf(recordOfCells(found));
  if (sightOf(collection, cx) !== null) return undefined;
  if (candidate.member === null || state === null) return { candidate, collection, member: null };
  const member = readState(state, null);
  return { candidate, collection, member: member && data !== null ? { ...member, data } : member };
}

function said(address: Mailbox, rows: readonly OwnRow[], cx: Exchange, by: Requester, shortForm: boolean) {
  const [row] = rows;
  if (!row) return undefined;
  const [enabled, epoch, services, domain_services, above, , , cells] = row.cells;
  const account = { id: by.id, enabled, services, domain_services };
  const asked = { asker: { ...account, epoch }, account };
  if (address.candidates.length === 0) {
    const home = cells && collectionOf(recordOfCells(cells));
    return home ? { ...asked, home, above: home.rights, place: null } : undefined;
  }
  const best = meant(address.candidates, rows, shortForm);
  const place = best && placeOf(best.candidate, best.row, cx);
  return place && { ...asked, home: null, above: rightsMask(above), place };
}

/** Paths in somebody's own home that lead to what others own: they are asked for the other way at once. */
const lentTo = new WeakMap<Catalogue, Set<string>>();
const REMEMBERED = 10_000;

const keyOf = ({ names }: Mailbox, by: Requester): string => `${by.id} ${names[0] ?? ""}`;

/** Remembers whether a path in the asker's own home led to what somebody else owns. A wrong memory costs a statement at most. */
export function noteLent(address: Mailbox, place: Place | null, cx: Exchange): void {
  if (cx.by === null || !isOwnHome(address, cx)) return;
  const lent = lentTo.get(cx.services.catalogue) ?? new Set();
  lentTo.set(cx.services.catalogue, lent);
  const key = keyOf(address, cx.by);
  if (!place || place.collection.owner.id === cx.by.id) lent.delete(key);
  else if (lent.size < REMEMBERED) lent.add(key);
  else lent.clear();
}

/** True where the path names the asker's own home. */
export function isOwnHome({ account }: Mailbox, cx: Exchange): boolean {
  return account === null || isAsker(account, cx);
}

/** True where the asker's own statement is the one to begin with: in his home, for what is there as a rule, and is his. */
export function beginsWithOwn(address: Mailbox, cx: Exchange): boolean {
  const { by } = cx;
  if (by === null || !isOwnHome(address, cx) || cx.verb.startsWith("MK")) return false;
  return !lentTo.get(cx.services.catalogue)?.has(keyOf(address, by));
}

/**
 * What the store says about a path in the asker's own home that leads to something of his own: nearly every request, and by
 * the smallest statement. Undefined where that is not so; another statement tells then, by itself alone.
 */
export async function askOwnHome(address: Mailbox, cx: Exchange, shortForm: boolean): Promise<Said | undefined> {
  const { by } = cx;
  if (by === null || !isOwnHome(address, cx)) return undefined;
  const rows = await cx.services.db.rows<{ cells: OwnCells; data?: string | null }>(ownStatement(address, cx, by));
  return said(address, rows.map(ownRow), cx, by, shortForm);
}
