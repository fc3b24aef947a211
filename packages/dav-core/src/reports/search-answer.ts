import { child, cs, dav, type XmlElement } from "@kalends/dav-xml";
import type { Sql } from "@kalends/store";
import { NumberOfMatchesWithinLimits } from "../conditions.js";
import type { Exchange, Reply } from "../exchange.js";
import type { Registry } from "../extension.js";
import { preferenceHeaders, wantsMinimal } from "../headers/prefer.js";
import { multistatus } from "../multistatus.js";
import { readItems } from "../properties/items.js";
import { listPrincipals } from "../properties/listing.js";
import { plan } from "../properties/plan.js";
import type { PropRequest } from "../properties/request.js";
import { refusalOf } from "../refusal.js";

/** Principals in one answer, whatever the client would take. */
const MOST = 250;

/** The client's own limit; undefined when it sets none. */
export function resultLimit(root: XmlElement): number | undefined {
  const limit = child(root, cs("limit")) ?? child(root, dav("limit"));
  const count = limit && (child(limit, cs("nresults")) ?? child(limit, dav("nresults")));
  const number = Number(count?.text.trim());
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/**
 * Principals of one's own domain that meet a condition, found by these words; more than the limit are told by 507 for the
 * Request-URI.
 */
export async function answerSearch(
  where: Sql,
  words: readonly string[],
  props: PropRequest,
  limit: number | undefined,
  href: string,
  cx: Exchange,
  registry: Registry,
): Promise<Reply> {
  const most = Math.min(limit ?? MOST, MOST);
  const found = await listPrincipals(where, { words }, cx, most + 1);
  const items = await readItems(found.slice(0, most), plan(props, registry), cx);
  const cut = { href, status: 507, refusal: refusalOf(NumberOfMatchesWithinLimits, undefined) };
  const headers = preferenceHeaders({ minimal: wantsMinimal(cx) });
  return multistatus(found.length > most ? [...items, cut] : items, { headers });
}
