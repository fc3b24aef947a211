import type { CollectionResource, Exchange } from "@kalends/dav-core";
import { countChangedSince, type PublisherBase } from "@kalends/store";
import { distancesTask, type MergeItem } from "./items.js";

/** In how many places an upload differs from each of the states. */
async function distances(
  items: readonly MergeItem[],
  bases: readonly PublisherBase[],
  { collection }: CollectionResource,
  cx: Exchange,
): Promise<readonly number[]> {
  const { db, offload } = cx.services;
  const sums = await offload.run(distancesTask, items);
  const uids = items.map(({ uid }) => uid);
  const known = new Set(uids);
  const all: number[] = [];
  for (const [n, { revision, items: own }] of bases.entries()) {
    // What the file has just as it stands speaks against states that did not have it so.
    const row = await db.one<{ n: number }>(countChangedSince(collection.id, revision, uids));
    all.push((sums[n] ?? 0) + (row?.n ?? 0) + own.filter(({ uid }) => !known.has(uid)).length);
  }
  return all;
}

/**
 * Which state an upload was made from, where programs that look the same may have several: the newest one, unless an older
 * one explains it with fewer changes. An upload that is an older state to the letter is one program that went back to it: two
 * programs do not upload what they have not changed.
 */
export async function chooseBase(
  items: readonly MergeItem[],
  bases: readonly PublisherBase[],
  calendar: CollectionResource,
  cx: Exchange,
): Promise<number | null> {
  if (bases.length === 0) return null;
  if (bases.length === 1 || items.length === 0) return 0;
  const all = await distances(items, bases, calendar, cx);
  let chosen = 0;
  for (const [n, distance] of all.entries()) if (distance > 0 && distance < (all[chosen] ?? 0)) chosen = n;
  return chosen;
}
