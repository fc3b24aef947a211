import { type CollectionRow, type Exchange, refuseStatus } from "@kalends/dav-core";
import { removableItems } from "./removable.js";

/** `force=1` in the query, its name in any case. */
const isForced = (query: URLSearchParams): boolean =>
  [...query].some(([name, value]) => name.toLowerCase() === "force" && value === "1");

/**
 * An upload without items empties a calendar where it replaces all. Above the limit (0 = none) it must say that it means
 * to, for programs that send an empty file by mistake: 403 without `force=1`.
 */
export async function checkEmptying(
  collection: CollectionRow,
  removes: readonly string[],
  items: number,
  cx: Exchange,
): Promise<void> {
  const most = cx.services.limits.emptiedAtOnce;
  if (most === 0 || items > 0 || removes.length === 0 || isForced(cx.query)) return;
  const { length } = await removableItems(collection, removes, cx);
  if (length <= most) return;
  refuseStatus(403, `The file is empty and the calendar holds ${length} items; add ?force=1 to remove them all.`);
}
