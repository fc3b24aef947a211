import { type Doer, noteDeed, type PrincipalId, type ReadTx } from "@kalends/store";
import { formatRights, type RightsMask } from "./rights.js";

/** Adds that rights on a mailbox of `owner` were set: no rights = the entry for `who` was removed. */
export const noteRights = (
  tx: ReadTx,
  set: { readonly owner: PrincipalId; readonly mailbox: string; readonly who: string; readonly rights: RightsMask },
  by: Doer,
): Promise<void> => {
  const letters = formatRights(set.rights);
  const detail = `${set.mailbox}: ${set.who} ${letters === "" ? "removed" : `has ${letters}`}`;
  return noteDeed(tx, { kind: "rights.changed", about: set.owner, detail }, by);
};

/** Adds that the whole access list of a mailbox of `owner` was replaced. */
export const noteAccessList = (
  tx: ReadTx,
  set: { readonly owner: PrincipalId; readonly mailbox: string; readonly entries: number },
  by: Doer,
): Promise<void> => {
  const detail = `${set.mailbox}: access list replaced, ${set.entries} entries`;
  return noteDeed(tx, { kind: "rights.changed", about: set.owner, detail }, by);
};
