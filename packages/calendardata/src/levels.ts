import { maskOf, NO_RIGHTS, type RightsMask } from "@kalends/acl";
import type { CollectionResource } from "@kalends/dav-core";
import {
  type Database,
  type Doer,
  type DomainId,
  insertPublication,
  noteDeed,
  type PrincipalId,
  type PublicationView,
  type PublicLevel,
  publicLevelOf,
  type ReadTx,
  setDomainPublicLevel,
  setPublicationView,
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
export const setLevel = (owner: PrincipalId, level: PublicLevel, db: Database, by: Doer): Promise<PublicLevel> =>
  db.write(async (tx) => {
    await tx.rows(setPublicLevel(owner, level));
    await settleLevel({ owner }, tx);
    await noteDeed(tx, { kind: "publishing.changed", about: owner, detail: `publishing level: ${level}` }, by);
    return levelOf(owner, tx);
  });

/** Sets the most that accounts of a domain can give. */
export const setDomainLevel = (
  domain: { readonly id: DomainId; readonly name: string },
  level: PublicLevel,
  db: Database,
  by: Doer,
): Promise<void> =>
  db.write(async (tx) => {
    await tx.rows(setDomainPublicLevel(domain.id, level));
    await settleLevel({ domain: domain.id }, tx);
    const detail = `publishing cap of ${domain.name}: ${level}`;
    await noteDeed(tx, { kind: "publishing.changed", about: null, detail }, by);
  });

/** Everything that is not marked as private, without reminders. */
export const WHOLE_VIEW: PublicationView = Object.freeze({
  level: "full",
  alarms: false,
  pastDays: null,
  futureDays: null,
});

/** True where followers are shown less than whoever may read the calendar. */
export const isPart = ({ level, pastDays, futureDays }: PublicationView): boolean =>
  level !== "full" || pastDays !== null || futureDays !== null;

/** Publishes a calendar that is there already, or shows another part of a published one from now on. */
export const publish = (
  { collection, href }: CollectionResource,
  view: PublicationView,
  db: Database,
  by: Doer,
): Promise<void> =>
  db.write(async (tx) => {
    const owner = collection.owner.id;
    await tx.rows(insertPublication(collection.id, false));
    await tx.rows(setPublicationView(collection.id, view));
    await settleLevel({ owner }, tx);
    await noteDeed(tx, { kind: "publishing.changed", about: owner, detail: `published ${href}` }, by);
  });
