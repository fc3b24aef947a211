import type { CollectionId } from "../database.js";
import { raw, type Sql, sql } from "../sql.js";
import { raiseHomes } from "./homes.js";

export interface DeadProperty {
  /** Member name; the collection's own properties have the empty name. */
  readonly name: string;
  /** Clark name. */
  readonly property: string;
  readonly xml: string;
}

/** Octets of all dead properties of one resource, those named left out: a row with `octets`. */
export const deadPropertySize = (collection: CollectionId, name: string, except: readonly string[]): Sql => sql`
  select coalesce(sum(octet_length(xml)), 0)::bigint as octets from dead_property
  where collection_id = ${collection} and name = ${name} and property <> all(${except}::text[])`;

/** Sets and removes dead properties (RFC 4918 9.2); the collection's own raise its homes' revision. */
export const changeDeadProperties = (
  collection: CollectionId,
  name: string,
  set: readonly Omit<DeadProperty, "name">[],
  remove: readonly string[],
): Sql => sql`
  with removed as (
    delete from dead_property where collection_id = ${collection} and name = ${name}
      and property = any(${remove}::text[]) returning property
  ), written as (
    insert into dead_property (collection_id, name, property, xml)
    select ${collection}::bigint, ${name}, s.property, s.xml
    from unnest(${set.map((p) => p.property)}::text[], ${set.map((p) => p.xml)}::text[]) as s(property, xml)
    on conflict (collection_id, name, property) do update set xml = excluded.xml returning property
  ), ${raiseHomes(sql`${collection}`, name === "" ? raw("true") : raw("false"))}
  select property from removed union all select property from written`;

/** Takes dead properties along when a member is copied or moved (RFC 4918 9.8.2, 9.9.1). */
export const copyDeadProperties = (
  from: { readonly collection: CollectionId; readonly name: string },
  to: { readonly collection: CollectionId; readonly name: string },
): Sql => sql`
  with removed as (delete from dead_property where collection_id = ${to.collection} and name = ${to.name}
    and property not in (select property from dead_property where collection_id = ${from.collection} and name = ${from.name}))
  insert into dead_property (collection_id, name, property, xml)
  select ${to.collection}::bigint, ${to.name}, property, xml from dead_property
  where collection_id = ${from.collection} and name = ${from.name}
  on conflict (collection_id, name, property) do update set xml = excluded.xml`;
