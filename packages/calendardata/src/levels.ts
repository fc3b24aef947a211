import { maskOf, NO_RIGHTS, type RightsMask } from "@kalends/acl";
import {
  type CollectionId,
  type Database,
  type DomainId,
  insertPublication,
  type PrincipalId,
  type PublicLevel,
  publicLevelOf,
  type ReadTx,
  setDomainPublicLevel,
  setPublicLevel,
  settlePublicEntries,
  type WriteTx,
} from "@kalends/store";

/** The rights that everybody, signed in or not, has on what an account publishes, by its level (MailEnable). */
export const LEVEL_RIGHTS: Readonly<Record<PublicLevel, RightsMask>> = Object.freeze({
  none: NO_RIGHTS,
  read: maskOf("l", "r"),
  full: maskOf("l", "r", "i", "d"),
});

export const PUBLIC_LEVELS = Object.freeze(["none", "read", "full"]) as readonly PublicLevel[];

/** Makes the entries for everybody what the levels say. */
export const settleLevel = (
  whose: { readonly owner: PrincipalId } | { readonly domain: DomainId },
  tx: WriteTx,
): Promise<unknown> => tx.rows(settlePublicEntries(whose, LEVEL_RIGHTS));

/** The level in force: the account's, at most that of its domain. */
export async function levelOf(owner: PrincipalId, tx: ReadTx): Promise<PublicLevel> {
  return (await tx.one<{ level: PublicLevel }>(publicLevelOf(owner)))?.level ?? "none";
}

/** Sets the level of an account; gives the one that is in force then. */
export const setLevel = (owner: PrincipalId, level: PublicLevel, db: Database): Promise<PublicLevel> =>
  db.write(async (tx) => {
    await tx.rows(setPublicLevel(owner, level));
    await settleLevel({ owner }, tx);
    return levelOf(owner, tx);
  });

/** Sets the most that accounts of a domain can give. */
export const setDomainLevel = (domain: DomainId, level: PublicLevel, db: Database): Promise<void> =>
  db.write(async (tx) => {
    await tx.rows(setDomainPublicLevel(domain, level));
    await settleLevel({ domain }, tx);
  });

/** Publishes a calendar that is there already; once published it stays as it is. */
export const publish = (owner: PrincipalId, calendar: CollectionId, db: Database): Promise<void> =>
  db.write(async (tx) => {
    await tx.rows(insertPublication(calendar, false));
    await settleLevel({ owner }, tx);
  });
