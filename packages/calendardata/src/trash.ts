import type { CollectionRow, Exchange } from "@kalends/dav-core";
import { keepRemoved } from "@kalends/store";

/**
 * Keeps what is about to be removed, so that `kalends restore` can bring it back. A statement of its own: where the removal
 * then fails, a version is kept of something that is still there, which restoring passes over.
 */
export async function toTrash(
  { id }: CollectionRow,
  removals: readonly { readonly name: string }[],
  { services, by }: Exchange,
): Promise<void> {
  if (removals.length === 0) return;
  const names = removals.map(({ name }) => name);
  await services.db.rows(keepRemoved(id, names, by?.id ?? null));
}
