import { type RightsAsker, type RightsMask, rightsExpression, rightsMask } from "@kalends/acl";
import { type CollectionId, type PrincipalId, type Revision, raw, type Sql, sql } from "@kalends/store";
import type { CollectionRow, PrincipalKind } from "../resource.js";

/** A collection as the statements below give it; the binding's columns are null for a home. */
export interface CollectionRecord {
  readonly id: number;
  readonly uuid: string;
  readonly kind: string;
  readonly revision: number;
  readonly components: readonly string[];
  readonly display_name: string | null;
  readonly description: string | null;
  readonly timezone: string | null;
  readonly props: Readonly<Record<string, string>>;
  readonly created_at: number;
  readonly modified_at: number;
  readonly lock_epoch: number;
  readonly owner_id: number;
  readonly owner_kind: PrincipalKind;
  readonly owner_login: string;
  readonly owner_domain: string;
  readonly home_id: number | null;
  readonly slug: string | null;
  readonly how: string | null;
  readonly overlay: Readonly<Record<string, string>> | null;
  readonly rights: number;
}

const own = raw(`c.id, c.uuid, c.kind, c.revision, c.components, c.display_name, c.description, c.timezone, c.props,
  c.created_at, c.modified_at, c.lock_epoch, owner.id as owner_id, owner.kind as owner_kind, owner.login as owner_login,
  owner_domain.name as owner_domain`);

/** The rights of the asker on `collection c`; `subjectsCte` must be in scope. */
export const rightsOnCollection = (asker: RightsAsker | null): Sql =>
  rightsExpression({ collectionId: raw("c.id"), ownerId: raw("c.owner_id"), asker });

/**
 * What to select for a `CollectionRecord` out of `collectionTables`; `bound` where a `binding b` is joined. The
 * statement must have `subjectsCte` in scope.
 */
export const collectionColumns = (asker: RightsAsker | null, bound: boolean): Sql =>
  sql`${own}, ${raw(bound ? "b.home_id, b.slug, b.how, b.overlay" : "null::bigint as home_id, null as slug, null as how, null as overlay")},
  ${rightsOnCollection(asker)} as rights`;

/** `from` and the joins that `collectionColumns` refers to. */
export const collectionTables: Sql = raw(`collection c
  join principal owner on owner.id = c.owner_id
  join domain owner_domain on owner_domain.id = owner.domain_id`);

type How = NonNullable<CollectionRow["binding"]>["how"];

/** Makes the row out of a record. */
export function collectionRow(record: CollectionRecord): CollectionRow {
  const { home_id, slug, how, overlay } = record;
  return {
    id: record.id as CollectionId,
    uuid: record.uuid,
    kind: record.kind,
    revision: record.revision as Revision,
    components: record.components,
    displayName: record.display_name,
    description: record.description,
    timezone: record.timezone,
    props: record.props,
    owner: {
      id: record.owner_id as PrincipalId,
      kind: record.owner_kind,
      login: record.owner_login,
      domain: record.owner_domain,
    },
    binding:
      home_id === null || slug === null
        ? null
        : { home: home_id as CollectionId, slug, how: (how ?? "own") as How, overlay: overlay ?? {} },
    rights: rightsMask(record.rights) as RightsMask,
    lockEpoch: record.lock_epoch,
    createdAt: record.created_at,
    modifiedAt: record.modified_at,
  };
}
