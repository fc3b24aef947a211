import { subjectsCte } from "@kalends/acl";
import { sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { unmounted } from "../headers/destination.js";
import { type Address, parsePath } from "../paths/address.js";
import { listPrincipals } from "../properties/listing.js";
import { Refused } from "../refusal.js";
import type { Resource } from "../resource.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";

type Principal = Extract<Address, { at: "principal" }>;
type Mailbox = Extract<Address, { at: "mailbox" }>;

/** Principals, homes, collections and the collections above them by href; what is hidden or not there is left out. */
export async function resolveHrefs(
  hrefs: Iterable<string>,
  cx: Exchange,
  registry: Registry,
): Promise<ReadonlyMap<string, Resource>> {
  const addresses = new Map<string, Address>();
  for (const href of new Set(hrefs)) {
    const address = addressOf(unmounted(href, cx.mount), registry);
    if (address) addresses.set(href, address);
  }
  const found = new Map<string, Resource>();
  for (const [href, address] of addresses) {
    if (address.at === "root" || address.at === "principals")
      found.set(href, { rows: "virtual", kind: address.at, href });
  }
  const wanted = [...addresses];
  await addPrincipals(only(wanted, "principal"), found, cx);
  await addCollections(only(wanted, "mailbox"), found, cx);
  return found;
}

const only = <A extends Address["at"]>(wanted: readonly [string, Address][], at: A) =>
  wanted.filter((entry): entry is [string, Extract<Address, { at: A }>] => entry[1].at === at);

function addressOf(href: string, registry: Registry): Address | undefined {
  if (!href.startsWith("/")) return undefined;
  try {
    return parsePath(href, registry.mailboxRoots, registry.areaRoots);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

async function addPrincipals(
  wanted: readonly [string, Principal][],
  found: Map<string, Resource>,
  cx: Exchange,
): Promise<void> {
  const own = wanted.filter(([, { account }]) => (account.domain ?? cx.domain.name) === cx.by?.domain);
  if (own.length === 0) return;
  const kinds = own.map(([, { of }]) => of);
  const logins = own.map(([, { account }]) => account.login);
  const there = await listPrincipals(
    sql`(p.kind, p.login) in (select * from unnest(${kinds}::text[], ${logins}::text[]))`,
    "named",
    cx,
  );
  const byName = new Map(
    there.flatMap((each) =>
      each.rows === "principal" ? [[`${each.principal.kind} ${each.principal.login}`, each]] : [],
    ),
  );
  for (const [href, { of, account }] of own) {
    const resource = byName.get(`${of} ${account.login}`);
    if (resource) found.set(href, { ...resource, href });
  }
}

type Found = CollectionRecord & { readonly asked: number };

async function addCollections(
  wanted: readonly [string, Mailbox][],
  found: Map<string, Resource>,
  cx: Exchange,
): Promise<void> {
  if (wanted.length === 0) return;
  const by = cx.by?.id ?? null;
  const logins = wanted.map(([, { account }]) => account?.login ?? cx.by?.login ?? "");
  const domains = wanted.map(([, { account }]) => account?.domain ?? cx.domain.name);
  // The names of a nested mailbox may be joined by a plain slash too.
  const slugs = wanted.map(([, { names }]) => (names.length === 0 ? null : names.join("/")));
  const records = await cx.services.db.rows<Found>(sql`with recursive ${subjectsCte(by)}
    select * from (
      select wanted.asked, ${collectionColumns(cx.by, true)}
      from unnest(${logins}::text[], ${domains}::text[], ${slugs}::text[]) with ordinality wanted(login, domain, slug, asked)
        join domain d on d.name = wanted.domain
        join principal p on p.domain_id = d.id and p.login = wanted.login and p.enabled
        left join binding b on b.home_id = p.home_id and b.slug = wanted.slug
        join (${collectionTables}) on c.id = case when wanted.slug is null then p.home_id else b.collection_id end
    ) reached where reached.rights & 1 <> 0`);
  for (const record of records) {
    const [href] = wanted[record.asked - 1] ?? [];
    if (href === undefined) continue;
    const collection = collectionRow(record);
    found.set(href, { rows: "collection", kind: collection.kind, href, collection });
  }
}
