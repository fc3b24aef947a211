import { subjectsCte } from "@kalends/acl";
import { type PrincipalId, type ReadTx, sql } from "@kalends/store";
import { createLinks } from "../paths/links.js";
import type { CollectionResource } from "../properties/listing.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";

/**
 * A mailbox as its owner has it, the first of the slugs that is there: for work that no client asked for (imports,
 * exports, rights from the command line). One statement; no sign-in and no service switch is looked at.
 */
export async function ownMailbox(
  owner: PrincipalId,
  slugs: readonly string[],
  tx: ReadTx,
): Promise<CollectionResource | undefined> {
  const record = await tx.one<CollectionRecord & { slug: string }>(sql`
    with recursive ${subjectsCte(owner)}
    select ${collectionColumns({ id: owner, limit: null }, true)} from ${collectionTables}
    join binding b on b.collection_id = c.id join principal p on p.home_id = b.home_id
    where p.id = ${owner} and b.slug = any(${slugs}::text[])
    order by array_position(${slugs}::text[], b.slug) limit 1`);
  if (!record) return undefined;
  const collection = collectionRow(record);
  const href = createLinks(collection.owner.domain).mailbox(collection.owner, record.slug);
  return { rows: "collection", kind: collection.kind, href, collection };
}
