import { type CollectionRow, type Exchange, refuseStatus, sightOf } from "@kalends/dav-core";
import { memberNames, type ObjectRow } from "@kalends/store";

type Item = Pick<ObjectRow, "name" | "uid" | "class">;

/**
 * The items of these components that the asker may remove: what is hidden from him stays. Refuses with 403 where he sees
 * something in part only.
 */
export async function removableItems(
  collection: CollectionRow,
  components: readonly string[],
  cx: Exchange,
): Promise<readonly Item[]> {
  const rows = await cx.services.db.rows<Item>(memberNames(collection.id, components));
  if (sightOf(collection, cx) === null) return rows;
  const seen = rows.filter((row) => row.class !== "private");
  if (seen.every((row) => row.class === "public")) return seen;
  return refuseStatus(403, "Of some items you see only when they are; those cannot be removed by you.");
}
