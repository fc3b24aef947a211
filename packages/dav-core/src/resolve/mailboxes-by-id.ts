import { type RightsMask, subjectsCte } from "@kalends/acl";
import { type CollectionId, type ReadTx, sql } from "@kalends/store";
import { createLinks } from "../paths/links.js";
import type { CollectionResource } from "../properties/listing.js";
import { type CollectionRecord, collectionColumns, collectionRow, collectionTables } from "../rows/collection-row.js";

/**
 * Mailboxes as somebody without account reaches them whom something other than their entries lets in (a link), with the
 * rights that gives. In order of name; those that are gone are left out.
 */
export async function mailboxesById(
  ids: readonly CollectionId[],
  rights: RightsMask,
  tx: ReadTx,
): Promise<readonly CollectionResource[]> {
  const records = await tx.rows<CollectionRecord & { slug: string }>(sql`
    with recursive ${subjectsCte(null)}
    select ${collectionColumns(null, true)} from ${collectionTables}
    join binding b on b.collection_id = c.id and b.how = 'own'
    where c.id = any(${ids}::bigint[]) order by b.slug, c.id`);
  return records.map((record) => {
    const collection = { ...collectionRow(record), rights };
    const href = createLinks(collection.owner.domain).mailbox(collection.owner, record.slug);
    return { rows: "collection", kind: collection.kind, href, collection };
  });
}
