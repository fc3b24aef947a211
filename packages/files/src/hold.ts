import { type CollectionRow, type Exchange, isConditional, JudgedTooEarly, refuseStatus } from "@kalends/dav-core";
import {
  type CollectionId,
  type FileState,
  filesAt,
  parentPath,
  type RaisedArea,
  type Revision,
  raiseArea,
  type WriteTx,
} from "@kalends/store";
import type { Spot } from "./spot.js";

type Now = ReadonlyMap<string, FileState>;

/** What the request was judged by: what is there and, where it names conditions, its state; a folder around a free name. */
function isUnchanged({ path, there }: Spot, now: Now, conditional: boolean): boolean {
  if (path === "") return true;
  const found = now.get(path);
  if (there === null) {
    const around = parentPath(path);
    return found === undefined && (around === "" || now.get(around)?.isFolder === true);
  }
  if (found?.isFolder !== there.file.isFolder) return false;
  return !conditional || found.etag === there.file.etag;
}

async function raise(tx: WriteTx, area: CollectionRow, given: number): Promise<Revision> {
  const raised = await tx.one<RaisedArea>(raiseArea(area.id));
  if (!raised) return refuseStatus(404, "There is nothing here.");
  if (raised.lockEpoch !== (area.lockEpoch ?? 0) + given) throw new JudgedTooEarly();
  return raised.revision;
}

/**
 * Begins a transaction that writes at these spots: nobody else writes to their areas until it ends, no lock was given
 * there since the request was judged (but `given` of its own), and what it was judged by is still so. Gives the new
 * revisions by area. Throws `JudgedTooEarly` where something has changed.
 */
export async function hold(
  tx: WriteTx,
  spots: readonly Spot[],
  cx: Exchange,
  given = 0,
): Promise<ReadonlyMap<CollectionId, Revision>> {
  const areas = new Map(spots.map(({ area }) => [area.id, area]));
  const revisions = new Map<CollectionId, Revision>();
  // By ascending id, so that two requests that cross cannot wait for each other.
  for (const area of [...areas.values()].sort((a, b) => a.id - b.id)) {
    revisions.set(area.id, await raise(tx, area, given));
  }
  const conditional = cx.headers.has("if") || isConditional(cx.headers);
  for (const spot of spots) {
    const rows = await tx.rows<FileState>(filesAt(spot.area.id, [spot.path, parentPath(spot.path)]));
    if (!isUnchanged(spot, new Map(rows.map((row) => [row.path, row])), conditional)) throw new JudgedTooEarly();
  }
  return revisions;
}

/** The revision of one spot's area. */
export function revisionOf(revisions: ReadonlyMap<CollectionId, Revision>, { area }: Spot): Revision {
  return revisions.get(area.id) ?? refuseStatus(404, "There is nothing here.");
}
