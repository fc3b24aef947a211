import { type RightsAsker, type RightsMask, rightsExpression, rightsMask } from "@kalends/acl";
import { type CollectionId, type PrincipalId, type Revision, raw, type Sql, sql } from "@kalends/store";
import type { CollectionRow, Lock, PrincipalKind } from "../resource.js";

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

type Column = Exclude<keyof CollectionRecord, "rights">;
type Columns = readonly (readonly [Column, string])[];

const own: Columns = [
  ["id", "c.id"],
  ["uuid", "c.uuid"],
  ["kind", "c.kind"],
  ["revision", "c.revision"],
  ["components", "c.components"],
  ["display_name", "c.display_name"],
  ["description", "c.description"],
  ["timezone", "c.timezone"],
  ["props", "c.props"],
  ["created_at", "c.created_at"],
  ["modified_at", "c.modified_at"],
  ["lock_epoch", "c.lock_epoch"],
  ["owner_id", "owner.id"],
  ["owner_kind", "owner.kind"],
  ["owner_login", "owner.login"],
  ["owner_domain", "owner_domain.name"],
];
const bound: Columns = [
  ...own,
  ["home_id", "b.home_id"],
  ["slug", "b.slug"],
  ["how", "b.how"],
  ["overlay", "b.overlay"],
];
const unbound: Columns = [
  ...own,
  ["home_id", "null::bigint"],
  ["slug", "null::text"],
  ["how", "null::text"],
  ["overlay", "null::jsonb"],
];

const selected = (columns: Columns): Sql => raw(columns.map(([name, from]) => `${from} as ${name}`).join(", "));
const listed = (columns: Columns): Sql => raw(columns.map(([, from]) => from).join(", "));
const select = { bound: selected(bound), unbound: selected(unbound) };
const list = { bound: listed(bound), unbound: listed(unbound) };

/** The rights of the asker on `collection c`; `subjectsCte` must be in scope. */
export const rightsOnCollection = (asker: RightsAsker | null): Sql =>
  rightsExpression({ collectionId: raw("c.id"), ownerId: raw("c.owner_id"), asker });

/**
 * What to select for a `CollectionRecord` out of `collectionTables`; `isBound` where a `binding b` is joined. The
 * statement must have `subjectsCte` in scope.
 */
export const collectionColumns = (asker: RightsAsker | null, isBound: boolean): Sql =>
  sql`${isBound ? select.bound : select.unbound}, ${rightsOnCollection(asker)} as rights`;

/** The same as a JSON array for `recordOfCells`, with rights and locks by expressions of the caller. */
export const collectionCells = (isBound: boolean, rights: Sql, locks: Sql): Sql =>
  sql`json_build_array(${isBound ? list.bound : list.unbound}, ${rights}, ${locks})`;

/** `from` and the joins that `collectionColumns` refers to. */
export const collectionTables: Sql = raw(`collection c
  join principal owner on owner.id = c.owner_id
  join domain owner_domain on owner_domain.id = owner.domain_id`);

/** A record as JSON gives it: times as text. */
export type CollectionJson = Omit<CollectionRecord, "created_at" | "modified_at"> & {
  readonly created_at: string;
  readonly modified_at: string;
  /** Only of what was found, and only where the request may write. */
  readonly locks?: readonly Lock[] | null;
};

const cellNames = [...bound.map(([name]) => name), "rights", "locks"];

/** Reads what `collectionCells` made. */
export function recordOfCells(cells: readonly unknown[]): CollectionJson {
  const record: Record<string, unknown> = {};
  cellNames.forEach((name, i) => {
    record[name] = cells[i];
  });
  return record as unknown as CollectionJson;
}

/** A collection out of JSON, with its locks where they were read. */
export function collectionOf(json: CollectionJson): CollectionRow {
  const { created_at, modified_at, locks } = json;
  const row = collectionRow({ ...json, created_at: Date.parse(created_at), modified_at: Date.parse(modified_at) });
  return locks ? { ...row, locks } : row;
}

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
