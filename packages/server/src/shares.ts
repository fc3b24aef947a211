import { formatRights, grantOf, maskOf, noteRights, ofPrincipal, type RightsMask, setGrant } from "@kalends/acl";
import { type CollectionResource, sharingRefusal } from "@kalends/dav-core";
import { type Database, type Doer, type GrantRow, grantsOf, type PrincipalId, sharesOf } from "@kalends/store";

/** How much a share gives (MailEnable): reading, or everything but deciding who else may. */
export const SHARE_LEVELS = Object.freeze(["read", "full"] as const);
export type ShareLevel = (typeof SHARE_LEVELS)[number];

export const SHARE_RIGHTS: Readonly<Record<ShareLevel, RightsMask>> = Object.freeze({
  read: maskOf("l", "r"),
  full: maskOf("l", "r", "i", "d"),
});

/** A mailbox somebody shares with an account or group. */
export interface ListedShare {
  readonly calendar: string;
  readonly who: string;
  /** `custom` where other letters are given. */
  readonly level: ShareLevel | "custom";
  readonly letters: string;
}

const levelOf = (rights: number): ListedShare["level"] =>
  SHARE_LEVELS.find((level) => SHARE_RIGHTS[level] === rights) ?? "custom";

/** What an account shares, by name of the calendar and of the account. */
export async function listShares(owner: PrincipalId, db: Database): Promise<readonly ListedShare[]> {
  const rows = await db.rows<{ slug: string; who: string; rights: number }>(sharesOf(owner));
  return rows.map(({ slug, who, rights }) => ({
    calendar: slug,
    who,
    level: levelOf(rights),
    letters: formatRights(rights as RightsMask),
  }));
}

export interface Share {
  readonly mailbox: CollectionResource;
  readonly who: { readonly id: PrincipalId; readonly login: string; readonly domain: string };
  /** Null = no longer shared. */
  readonly level: ShareLevel | null;
}

/**
 * Shares a mailbox, or no longer; gives why not, in a sentence, where the domain's policy forbids it. `free` is for
 * administrators, whom no policy binds.
 */
export const setShare = (
  { mailbox: { collection, href }, who, level }: Share,
  db: Database,
  by: Doer,
  free = false,
): Promise<string | null> =>
  db.write(async (tx) => {
    const rights = level === null ? (0 as RightsMask) : SHARE_RIGHTS[level];
    const grant = { subject: ofPrincipal(who.id), positive: true, rights };
    const before = (await tx.rows<GrantRow>(grantsOf([collection.id]))).flatMap((row) => grantOf(row) ?? []);
    const refusal = free ? null : await sharingRefusal(collection.owner.id, [grant], before, tx);
    if (refusal !== null) return refusal;
    const noted = { owner: collection.owner.id, mailbox: href, who: `${who.login}@${who.domain}`, rights };
    if (await tx.one(setGrant(collection.id, grant))) await noteRights(tx, noted, by);
    return null;
  });
