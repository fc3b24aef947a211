import type { PrincipalKind } from "@kalends/dav-core";
import { type Database, empty, type PrincipalId, type Sql, sql, UniqueViolation, type WriteTx } from "@kalends/store";
import { checkedServices } from "./domains.js";
import { type DomainRow, domainNamed, principalNamed } from "./find.js";
import { accountName, checkedDisplayName, checkedLogin, checkedPassword, taken } from "./names.js";
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

async function insertPrincipal(tx: WriteTx, domain: DomainRow, checked: Checked, given: NewPrincipal) {
  const { login, kind, displayName } = checked;
  const alias = await tx.one(sql`select 1 from principal_alias where domain_id = ${domain.id} and alias = ${login}`);
  if (alias) throw taken(`"${login}@${domain.name}" is an alias of another account.`);
  const row = await tx.one<{ id: PrincipalId }>(sql`
    insert into principal (domain_id, kind, login, display_name, first_name, last_name, is_admin)
    values (${domain.id}, ${kind}, ${login}, ${displayName}, ${given.firstName ?? null}, ${given.lastName ?? null},
      ${given.isAdmin === true}) returning id`);
  if (!row) throw new Error("no row came back");
  return row.id;
}

const insertPassword = (id: PrincipalId, hash: string): Sql =>
  sql`insert into credential (principal_id, kind, hash) values (${id}, 'password', ${hash})`;

/**
 * Makes an account, group, resource or location in one transaction and gives its id. All but groups get a home with a
 * default calendar, a task list and an inbox. Throws `DirectoryError`.
 */
export async function createAccount(db: Database, passwords: Passwords, given: NewPrincipal): Promise<PrincipalId> {
  const { login, domain: domainName } = accountName(given.login, given.domain);
  const kind = given.kind ?? "user";
  const checked = { login, kind, displayName: checkedDisplayName(given.displayName ?? login) };
  const hash = given.password === undefined ? null : await passwords.hash(checkedPassword(given.password));
  try {
    return await db.write(async (tx) => {
      const domain = await domainNamed(tx, domainName);
      const id = await insertPrincipal(tx, domain, checked, given);
      if (hash !== null) await tx.rows(insertPassword(id, hash));
      if (kind !== "group") await provisionHome(tx, id, domain.id, isOn(domain.services, "colleagues-free-busy"));
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
): Promise<void> {
  const hash = await passwords.hash(checkedPassword(password));
  await db.write(async (tx) => {
    await tx.rows(sql`delete from credential where principal_id = ${id} and kind = 'password'`);
    await tx.rows(insertPassword(id, hash));
    await tx.rows(sql`update principal set credential_epoch = credential_epoch + 1 where id = ${id}`);
  });
}

/** Lets an account sign in or not; its data stays. Remembered sign-ins are void at once. */
export async function setEnabled(db: Database, id: PrincipalId, enabled: boolean): Promise<void> {
  await db.rows(sql`update principal set enabled = ${enabled}, credential_epoch = credential_epoch + 1
    where id = ${id} and enabled <> ${enabled}`);
}

/** Makes an account an administrator, or no longer one. */
export async function setAdmin(db: Database, id: PrincipalId, isAdmin: boolean): Promise<void> {
  await db.rows(sql`update principal set is_admin = ${isAdmin}, credential_epoch = credential_epoch + 1
    where id = ${id} and is_admin <> ${isAdmin}`);
}

/** Switches services of an account on or off; those not named stay. Throws `DirectoryError`. */
export async function setAccountServices(
  db: Database,
  id: PrincipalId,
  changes: Readonly<Partial<Record<Service, boolean>>>,
): Promise<void> {
  await db.rows(sql`update principal set services = services || ${checkedServices(changes)}::jsonb where id = ${id}`);
}

/** Lets an account be reached and sign in under another name in its domain. Throws `DirectoryError`. */
export async function addAccountAlias(db: Database, account: string, fallback: string, alias: string): Promise<void> {
  const name = checkedLogin(alias);
  await db.write(async (tx) => {
    const { id, domainId, domain } = await principalNamed(tx, account, fallback);
    const holder = await tx.one<{ id: PrincipalId }>(sql`
      select id from principal where domain_id = ${domainId} and login = ${name}
      union select principal_id from principal_alias where domain_id = ${domainId} and alias = ${name}`);
    if (holder && holder.id !== id) throw taken(`"${name}@${domain}" belongs to another account.`);
    if (holder) return;
    await tx.rows(
      sql`insert into principal_alias (domain_id, alias, principal_id) values (${domainId}, ${name}, ${id})`,
    );
  });
}

/** Principals of these kinds by domain and name; of one domain when it is given. */
export function listAccounts(
  db: Database,
  { kinds, domain }: { readonly kinds: readonly PrincipalKind[]; readonly domain?: string },
): Promise<readonly ListedAccount[]> {
  return db.rows<ListedAccount>(sql`
    select p.id, p.kind, p.login, d.name as domain, p.display_name as "displayName", p.is_admin as "isAdmin", p.enabled,
      p.services, array(select alias from principal_alias where principal_id = p.id order by alias) as aliases
    from principal p join domain d on d.id = p.domain_id
    where p.kind = any(${kinds}::text[]) ${domain === undefined ? empty : sql`and d.name = ${domain.toLowerCase()}`}
    order by d.name, p.login`);
}
