import { has, NO_RIGHTS, subjectsCte } from "@kalends/acl";
import type { PrincipalId } from "@kalends/store";
import { raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { sightOf } from "../privacy/sight.js";
import { collectionCells, collectionOf, recordOfCells, rightsOnCollection } from "../rows/collection-row.js";
import { memberJson } from "../rows/member-row.js";
import type { Account, Asked } from "./account.js";
import { type CandidateRow, candidateLocks, candidateTables, meant, memberCells } from "./candidate-rows.js";
import { columnsFor, type Mailbox, type Place, readerFor, type Said } from "./said.js";
import { isReading, whoseHome } from "./statement.js";

type LentCells = readonly [
  asker: readonly [boolean, number, Account["services"], Account["services"]] | null,
  account: PrincipalId,
  enabled: boolean,
  services: Account["services"],
  domainServices: Account["services"],
  slug: string | null,
  isDefault: boolean | null,
  collection: readonly unknown[] | null,
  member: readonly unknown[] | null,
];
interface LentRow extends CandidateRow {
  readonly cells: LentCells;
}

const asker = raw("json_build_array(asker.enabled, asker.credential_epoch, asker.services, asker_domain.services)");
const noAsker = raw("null::json");

/**
 * One row for each candidate that is bound in somebody's home, with the rights that entries give the asker there; one row with
 * less where nothing is bound. The home itself is not read.
 */
export function lentStatement(address: Mailbox, cx: Exchange): Sql {
  const { candidates } = address;
  const { by } = cx;
  const cells = collectionCells(true, rightsOnCollection(by), candidateLocks(candidates, cx));
  const asking = by
    ? sql`join principal asker on asker.id = ${by.id}::bigint join domain asker_domain on asker_domain.id = asker.domain_id`
    : raw("");
  return sql`with recursive ${subjectsCte(by?.id ?? null)}
    select json_build_array(${by ? asker : noAsker}, p.id, p.enabled, p.services, p_domain.services,
      b.slug, b.collection_id = p.default_calendar_id, case when c.id is not null then ${cells} end,
      ${memberCells(candidates, memberJson(columnsFor(cx), "true"))}) as cells
    from principal p join domain p_domain on p_domain.id = p.domain_id ${asking}
    left join (${candidateTables(candidates, "p")} join principal owner on owner.id = c.owner_id
      join domain owner_domain on owner_domain.id = owner.domain_id) on true
    where ${whoseHome(address, cx)}`;
}

const lentRow = ({ cells }: { readonly cells: LentCells }): LentRow => ({
  cells,
  slug: cells[5],
  isDefault: cells[6] === true,
  isThere: cells[8] !== null,
});

function askedBy([asker]: LentCells, cx: Exchange): Asked {
  if (asker === null || cx.by === null) return { asker: null };
  const [enabled, epoch, services, domain_services] = asker;
  return { asker: { id: cx.by.id, enabled, epoch, services, domain_services } };
}

function accountOf([, id, enabled, services, domain_services]: LentCells): Account {
  return { id, enabled, services, domain_services };
}

/** The rights on the home do not matter to a member, nor to who reads what he may look up. */
const isEnough = ({ candidate, collection }: Place, cx: Exchange): boolean =>
  candidate.member !== null || (isReading(cx) && has(collection.rights, "l"));

/**
 * What the store says about a path that leads to what is there in a home, with the rights on the home left out (none are told)
 * because nothing asks for them. Undefined where that is not so; the general statement tells then, by itself alone.
 */
export async function askLent(address: Mailbox, cx: Exchange, shortForm: boolean): Promise<Said | undefined> {
  const { candidates } = address;
  if (candidates.length === 0 || cx.verb.startsWith("MK")) return undefined;
  const rows = await cx.services.db.rows<{ cells: LentCells }>(lentStatement(address, cx));
  const best = meant(candidates, rows.map(lentRow), shortForm);
  const [, , , , , , , found, cells] = best?.row.cells ?? [];
  if (!best || !found) return undefined;
  const collection = collectionOf(recordOfCells(found));
  const isMember = best.candidate.member !== null && cells;
  const member = isMember ? readerFor(cx)(cells, sightOf(collection, cx)) : null;
  const place: Place = { candidate: best.candidate, collection, member };
  if (!isEnough(place, cx)) return undefined;
  return { ...askedBy(best.row.cells, cx), account: accountOf(best.row.cells), home: null, above: NO_RIGHTS, place };
}
