import { dav, integer } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { sightOf } from "../privacy/sight.js";
import { property } from "../property.js";
import type { Resource } from "../resource.js";

interface Used {
  readonly id: number;
  readonly octets: number;
}

/** The size of what somebody may not see is not told either: of a home that means all that is not public. */
const countsAll = (at: Resource, cx: Exchange): boolean =>
  at.rows === "collection" && (at.kind === "home" ? at.collection.owner.id === cx.by?.id : !sightOf(at.collection, cx));

const collectionId = (at: Resource): number => (at.rows === "collection" ? at.collection.id : 0);

/** Octets of the members; of a home, of everything its owner keeps in it. No limit is set, so none is told. */
export const quotaUsedBytes = property<number>({
  name: dav("quota-used-bytes"),
  spec: "RFC 4331 4",
  on: ["*collection"],
  allprop: false,
  source: {
    from: "batch",
    async load(resources, tx, cx) {
      const whole = resources.map((at) => countsAll(at, cx));
      const ids = resources.map(collectionId);
      const rows = await tx.rows<Used>(sql`
        select asked.id, (coalesce((select sum(o.size) from object o where o.collection_id = asked.id
            and (asked.whole or o.class = 'public')), 0)
          + coalesce((select sum(o.size) from binding b join object o on o.collection_id = b.collection_id
              where b.home_id = asked.id and b.how = 'own'
                and (asked.whole or o.class = 'public')), 0))::bigint as octets
        from unnest(${ids}::bigint[], ${whole}::boolean[]) as asked(id, whole)`);
      const used = new Map(rows.map(({ id, octets }) => [id, octets]));
      return new Map(resources.map((at) => [at.href, used.get(collectionId(at)) ?? 0]));
    },
  },
  codec: integer,
});

export const quotaProperties = [quotaUsedBytes] as const;
