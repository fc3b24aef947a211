import {
  type CollectionResource,
  type Exchange,
  listMembers,
  type MemberResource,
  plan,
  type Registry,
  type Target,
} from "@kalends/dav-core";
import { sql } from "@kalends/store";

const columns = ["etag", "uid", "component", "size", "revision", "scheduleTag", "createdAt", "modifiedAt"] as const;

/** Where an object is, or is to be: its collection, its name, and its row when there is one. */
export interface Spot {
  readonly collection: CollectionResource;
  readonly name: string;
  readonly href: string;
  readonly member: MemberResource | null;
}

/** The same spot as it is now, for the case that somebody else wrote in between; one statement. */
export async function lookAgain(spot: Spot, cx: Exchange, registry: Registry): Promise<Spot> {
  const nothing = plan({ form: "prop", names: [] }, registry);
  const where = sql`o.name = ${spot.name}`;
  for await (const [member] of listMembers(spot.collection, nothing, cx, registry, { where, columns })) {
    if (member) return { ...spot, member };
  }
  return { ...spot, member: null };
}

/** The spot as the core's functions know it. */
export const targetAt = ({ collection, name, href, member }: Spot): Target =>
  member ? { mapped: true, resource: member } : { mapped: false, href, parent: collection, name };
