import {
  type CollectionResource,
  type Exchange,
  type Lock,
  listMembers,
  type MemberResource,
  plan,
  type Registry,
  type Target,
} from "@kalends/dav-core";
import { locksAround, sql } from "@kalends/store";

const columns = ["etag", "uid", "component", "size", "revision", "scheduleTag", "createdAt", "modifiedAt"] as const;

/** Where an object is, or is to be: its collection, its name, and its row when there is one. */
export interface Spot {
  readonly collection: CollectionResource;
  readonly name: string;
  readonly href: string;
  readonly member: MemberResource | null;
}

/** The same spot as it is now, for the case that somebody else wrote or locked in between; two statements. */
export async function lookAgain(before: Spot, cx: Exchange, registry: Registry): Promise<Spot> {
  const spot = { ...before, collection: await withLocks(before, cx) };
  const nothing = plan({ form: "prop", names: [] }, registry);
  const where = sql`o.name = ${spot.name}`;
  for await (const [member] of listMembers(spot.collection, nothing, cx, registry, { where, columns })) {
    if (member) return { ...spot, member };
  }
  return { ...spot, member: null };
}

/** The collection with the locks that matter to the spot now. */
async function withLocks({ collection, name }: Spot, cx: Exchange): Promise<CollectionResource> {
  const { id } = collection.collection;
  const row = await cx.services.db.one<{ epoch: number; locks: readonly Lock[] | null }>(locksAround(id, name));
  if (!row) return collection;
  return { ...collection, collection: { ...collection.collection, lockEpoch: row.epoch, locks: row.locks ?? [] } };
}

/** The spot as the core's functions know it. */
export const targetAt = ({ collection, name, href, member }: Spot): Target =>
  member ? { mapped: true, resource: member } : { mapped: false, href, parent: collection, name };
