import { dav, integer } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { property } from "../property.js";
import type { Resource } from "../resource.js";

interface Used {
  readonly id: number;
  readonly octets: number;
}

const collectionId = (at: Resource): number => (at.rows === "collection" ? at.collection.id : 0);

/** Octets of the members; of a home, of everything its owner keeps in it. No limit is set, so none is told. */
export const quotaUsedBytes = property<number>({
  name: dav("quota-used-bytes"),
  spec: "RFC 4331 4",
  on: ["*collection"],
  allprop: false,
  source: {
    from: "batch",
    async load(resources, tx) {
      const ids = resources.map(collectionId);
      const rows = await tx.rows<Used>(sql`
        select asked.id, (coalesce((select sum(o.size) from object o where o.collection_id = asked.id), 0)
          + coalesce((select sum(o.size) from binding b join object o on o.collection_id = b.collection_id
              where b.home_id = asked.id and b.how = 'own'), 0))::bigint as octets
        from unnest(${ids}::bigint[]) as asked(id)`);
      const used = new Map(rows.map(({ id, octets }) => [id, octets]));
      return new Map(resources.map((at) => [at.href, used.get(collectionId(at)) ?? 0]));
    },
  },
  codec: integer,
});

export const quotaProperties = [quotaUsedBytes] as const;
