import { type Revision, sql, type WriteTx } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Target } from "../resource.js";
import { expectation, refuseMoved } from "./preconditions.js";

/**
 * Holds the collection of a target, to the end of the transaction, at the state that `If` names; 412 when it has moved on
 * since that was judged (RFC 6578 5; SYNC-72). Without such a condition nothing is read.
 */
export async function holdState(target: Target, tx: WriteTx, cx: Exchange): Promise<void> {
  const { revision } = expectation(cx, target);
  if (revision === undefined) return;
  const at = target.mapped ? target.resource : target.parent;
  const id = at && "collection" in at ? at.collection.id : null;
  const row = await tx.one<{ revision: Revision }>(
    sql`select revision from collection where id = ${id}::bigint for no key update`,
  );
  if (row?.revision !== revision) refuseMoved(cx);
}
