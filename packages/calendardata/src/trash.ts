import type { CollectionRow, Exchange } from "@kalends/dav-core";
import { keepRemoved, type WriteTx } from "@kalends/store";

/**
 * Keeps what is about to be removed, so that `kalends undelete` can bring it back; for the transaction that removes it. Undefined
 * where nothing is.
 */
export function toTrash(
  { id }: CollectionRow,
  removals: readonly { readonly name: string }[],
  { by }: Pick<Exchange, "by">,
): ((tx: WriteTx) => Promise<void>) | undefined {
  if (removals.length === 0) return undefined;
  const names = removals.map(({ name }) => name);
  return async (tx) => {
    await tx.rows(keepRemoved(id, names, by?.id ?? null));
  };
}
