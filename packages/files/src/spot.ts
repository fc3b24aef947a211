import { type CollectionRow, type FileResource, placeOfTarget, refuseStatus, type Target } from "@kalends/dav-core";
import type { FilePlace } from "@kalends/store";

/** A path in a file area, and what is there. */
export interface Spot {
  readonly area: CollectionRow;
  readonly path: string;
  readonly href: string;
  readonly there: FileResource | null;
}

export const fileAt = ({ area, path }: Spot): FilePlace => ({ collection: area.id, path });

/** Where a target is; 409 for a free name without a folder around it. */
export function spotOf(target: Target): Spot {
  const place = placeOfTarget(target);
  if (place === null) return refuseStatus(409, "The folder that should hold it does not exist.");
  const { collection: area, name: path } = place;
  if (!target.mapped) return { area, path, href: target.href, there: null };
  const { resource } = target;
  if (resource.rows !== "file") return refuseStatus(403, "This is no place for files.");
  return { area, path, href: resource.href, there: resource };
}

/** A spot where something is. */
export function mappedSpot(target: Target): Spot & { readonly there: FileResource } {
  const spot = spotOf(target);
  return spot.there ? { ...spot, there: spot.there } : refuseStatus(404, "There is nothing here.");
}
