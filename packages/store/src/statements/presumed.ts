import { type Slot, type Sql, sql } from "../sql.js";
import type { Presumption } from "./objects-write.js";

/**
 * A condition on the row of a collection, to stand behind others: what its writer took for granted is so (decision 0054). Each
 * table is looked into by its key.
 */
export const stillSo = (slot: Slot<Presumption>): Sql => sql`
      and kind = ${slot(({ kind }) => kind)} and components = ${slot(({ components }) => components)}::text[]
      and owner_id = ${slot(({ owner }) => owner)}::bigint and id = (
        select b.collection_id from principal p join domain d on d.id = p.domain_id
          join binding b on b.home_id = p.home_id and b.slug = ${slot(({ slug }) => slug)}
        where p.id = ${slot(({ owner }) => owner)}::bigint and p.enabled
          and p.credential_epoch = ${slot(({ epoch }) => epoch)}::integer
          and p.services = ${slot(({ services }) => services)}::jsonb
          and d.services = ${slot(({ domainServices }) => domainServices)}::jsonb
          and not exists (select from binding other
            where other.home_id = p.home_id and other.slug = any(${slot(({ free }) => free)}::text[])))`;

/** The same of one presumption. */
export const presumedStill = (presumption: Presumption): Sql => stillSo((of) => sql`${of(presumption)}`);
