import { NO_RIGHTS, ofPrincipal, setGrant } from "@kalends/acl";
import type { PrincipalKind } from "@kalends/dav-core";
import {
  type CollectionId,
  collectionsGrantedTo,
  collectionsOwnedBy,
  type Database,
  deleteCollection,
  deletePrincipal as removePrincipal,
  deletePrincipalAlias,
  insertPrincipal,
  insertPrincipalAlias,
  type PrincipalId,
  type PrincipalRow,
  principalByLogin,
  principalsByKind,
  setPassword as replacePassword,
  UniqueViolation,
  updatePrincipal,
  type WriteTx,
  type Doer,
  noteDeed,
  SERVER,
} from "@kalends/store";
import { checkedServices } from "./domains.js";
import { type DomainRow, domainNamed, principalNamed } from "./find.js";
import { accountName, checkedDisplayName, checkedLogin, checkedPassword, taken, unknown } from "./names.js";
import type { Passwords } from "./passwords.js";
import { provisionHome } from "./provision.js";
import { isOn, type Service } from "./switches.js";

export interface NewPrincipal {
  /** `name` or `name@domain`; `domain` is for names without one. */
  readonly login: string;
  readonly domain: string;
  readonly kind?: PrincipalKind;
  /** The login, unless given. */
  readonly displayName?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** Without a password nobody can sign in. */
  readonly password?: string;
  readonly isAdmin?: boolean;
}

export interface ListedAccount {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly domain: string;
  readonly displayName: string;
  readonly isAdmin: boolean;
  readonly enabled: boolean;
  readonly services: Readonly<Record<string, unknown>>;
  readonly aliases: readonly string[];
}

interface Checked {
  readonly login: string;
  readonly kind: PrincipalKind;
  readonly displayName: string;
}

async function makePrincipal(tx: WriteTx, domain: DomainRow, checked: Checked, given: NewPrincipal) {
  const { login, kind, displayName } = checked;
  const holder = await tx.one<PrincipalRow>(principalByLogin(login, domain.name));
  if (holder && holder.login !== login) throw taken(`"${login}@${domain.name}" is an alias of another account.`);
  const { firstName = null, lastName = null, isAdmin = false } = given;
  const row = await tx.one<{ id: PrincipalId }>(
    insertPrincipal({ domain: domain.id, kind, login, displayName, firstName, lastName, isAdmin }),
  );
  if (!row) throw new Error("no row came back");
  return row.id;
}

/**
 * Makes an account, group, resource or location in one transaction and gives its id. All but groups get a home with a
 * default calendar, a task list and an inbox. Throws `DirectoryError`.
 */
export async function createAccount(
  db: Database,
  passwords: Passwords,
  given: NewPrincipal,
  by: Doer = SERVER,
): Promise<PrincipalId> {
  const { login, domain: domainName } = accountName(given.login, given.domain);
  const kind = given.kind ?? "user";
  const checked = { login, kind, displayName: checkedDisplayName(given.displayName ?? login) };
  const hash = given.password === undefined ? null : await passwords.hash(checkedPassword(given.password));
  try {
    return await db.write(async (tx) => {
      const domain = await domainNamed(tx, domainName);
      const id = await makePrincipal(tx, domain, checked, given);
      if (hash !== null) await tx.rows(replacePassword(id, hash));
      if (kind !== "group") await provisionHome(tx, id, domain.id, isOn(domain.services, "colleagues-free-busy"));
      await noteDeed(
        tx,
        { kind: "account.added", about: id, detail: given.isAdmin ? `${kind}, administrator` : kind },
        by,
      );
      return id;
    });
  } catch (error) {
    if (error instanceof UniqueViolation) throw taken(`"${login}@${domainName}" exists already.`);
    throw error;
  }
}

/** Sets a new password; every remembered sign-in is void at once. App passwords stay. Throws `DirectoryError`. */
export async function setPassword(
  db: Database,
  passwords: Passwords,
  id: PrincipalId,
  password: string,
  by: Doer = SERVER,
): Promise<void> {
  const hash = await passwords.hash(checkedPassword(password));
  await db.write(async (tx) => {
    await tx.rows(replacePassword(id, hash));
    await noteDeed(tx, { kind: "credential.password", about: id, detail: "new password" }, by);
  });
}

/** Lets an account sign in or not; its data stays. Remembered sign-ins are void at once. */
export async function setEnabled(db: Database, id: PrincipalId, enabled: boolean, by: Doer = SERVER): Promise<void> {
  await db.write(async (tx) => {
    await tx.rows(updatePrincipal(id, { enabled }));
    await noteDeed(tx, { kind: "account.changed", about: id, detail: enabled ? "enabled" : "disabled" }, by);
  });
}

/** Makes an account an administrator, or no longer one. */
export async function setAdmin(db: Database, id: PrincipalId, isAdmin: boolean, by: Doer = SERVER): Promise<void> {
  const detail = isAdmin ? "administrator" : "no longer administrator";
  await db.write(async (tx) => {
    await tx.rows(updatePrincipal(id, { isAdmin }));
    await noteDeed(tx, { kind: "account.changed", about: id, detail }, by);
  });
}

/** Switches services of an account on or off; those not named stay. Throws `DirectoryError`. */
export async function setAccountServices(
  db: Database,
  id: PrincipalId,
  changes: Readonly<Partial<Record<Service, boolean>>>,
): Promise<void> {
  await db.rows(updatePrincipal(id, { services: checkedServices(changes) }));
}

/** Lets an account be reached and sign in under another name in its domain. Throws `DirectoryError`. */
export async function addAccountAlias(db: Database, account: string, fallback: string, alias: string): Promise<void> {
  const name = checkedLogin(alias);
  await db.write(async (tx) => {
    const { id, domainId, domain } = await principalNamed(tx, account, fallback);
    const holder = await tx.one<PrincipalRow>(principalByLogin(name, domain));
    if (holder && holder.id !== id) throw taken(`"${name}@${domain}" belongs to another account.`);
    if (holder) return;
    await tx.rows(insertPrincipalAlias(domainId, name, id));
  });
}

/** Takes such a name away again. Throws `DirectoryError` when there is none. */
export async function removeAccountAlias(
  db: Database,
  account: string,
  fallback: string,
  alias: string,
): Promise<void> {
  const { id, login, domain } = await principalNamed(db, account, fallback);
  const gone = await db.one(deletePrincipalAlias(id, checkedLogin(alias)));
  if (!gone) throw unknown(`"${login}@${domain}" has no alias "${alias}": "kalends user list --json" shows them.`);
}

/**
 * Removes an account, group, resource or location with all it holds, and the entries for it on other mailboxes, in one
 * transaction; homes that saw any of it are told.
 */
export async function deletePrincipal(db: Database, id: PrincipalId): Promise<void> {
  await db.write(async (tx) => {
    for (const each of await tx.rows<{ id: CollectionId }>(collectionsGrantedTo(id))) {
      for (const positive of [true, false])
        await tx.rows(setGrant(each.id, { subject: ofPrincipal(id), positive, rights: NO_RIGHTS }));
    }
    for (const each of await tx.rows<{ id: CollectionId }>(collectionsOwnedBy(id)))
      await tx.rows(deleteCollection(each.id));
    await tx.rows(removePrincipal(id));
  });
}

/** Principals of these kinds by domain and name; of one domain when it is given. */
export async function listAccounts(
  db: Database,
  { kinds, domain }: { readonly kinds: readonly PrincipalKind[]; readonly domain?: string },
): Promise<readonly ListedAccount[]> {
  const rows = await db.rows<PrincipalRow>(principalsByKind(kinds, domain?.toLowerCase()));
  return rows.map(({ id, kind, login, domainName, displayName, isAdmin, enabled, services, aliases }) => ({
    id,
    kind,
    login,
    domain: domainName,
    displayName,
    isAdmin,
    enabled,
    services,
    aliases,
  }));
}
