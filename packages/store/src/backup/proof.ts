import type { ReadTx } from "../database.js";
import { raw, sql } from "../sql.js";
import { type CopiedTable, quoted } from "./catalog.js";
import type { CollectionProof, TableProof } from "./records.js";

/** Counts and sums the rows of a table, whatever their order. */
export async function tableProof(
  tx: ReadTx,
  { name, columns }: Pick<CopiedTable, "name" | "columns">,
): Promise<TableProof> {
  const row = `row(${columns.map(quoted).join(", ")})::text`;
  const [proof] = await tx.rows<TableProof>(
    raw(`select count(*) as rows,
      coalesce(sum(('x' || left(md5(${row}), 15))::bit(60)::bigint), 0)::text as sum from ${quoted(name)}`),
  );
  return proof ?? { rows: 0, sum: "0" };
}

/** All collections that hold objects, with what their clients know about them; in an order that no locale changes. */
export const collectionProofs = (tx: ReadTx): Promise<readonly CollectionProof[]> =>
  tx.rows<CollectionProof>(sql`
    with member as (
      select collection_id, name, false as removed, sha256(convert_to(concat_ws(E'\n', name, uid, etag, revision, data), 'UTF8')) as digest
      from object
      union all
      select collection_id, name, true, sha256(convert_to(concat_ws(E'\n', name, revision), 'UTF8')) from tombstone
    ), told as (
      select collection_id, count(*) filter (where not removed) as members, count(*) filter (where removed) as removed,
        encode(sha256(string_agg(digest, ''::bytea order by removed, name collate "C")), 'hex') as sha256
      from member group by collection_id
    )
    select '~' || p.login || '@' || d.name || '/' || coalesce((select b.slug from binding b
        where b.collection_id = c.id and b.home_id = p.home_id order by b.slug limit 1), c.kind) as name,
      c.kind, c.uuid, c.revision, coalesce(t.members, 0) as members, coalesce(t.removed, 0) as removed,
      coalesce(t.sha256, '') as sha256
    from collection c join principal p on p.id = c.owner_id join domain d on d.id = p.domain_id
      left join told t on t.collection_id = c.id
    order by c.uuid`);
