import { randomBytes } from "node:crypto";
import { createAccount, createDomain, findDomain, generatePassword, listAccounts } from "@kalends/accounts";
import type { Database } from "@kalends/store";
import type { House } from "./compose.js";

/** Makes the default domain of the settings when the database does not have it yet. */
export async function ensureDefaultDomain(db: Database, name: string): Promise<void> {
  const isThere = async () => Boolean(await findDomain(db, name));
  if (!(await isThere())) await unlessDone(() => createDomain(db, name), isThere);
}

/** The account that was made just now. */
export interface FirstAccount {
  readonly name: string;
  /** Made up here, to be shown once; null when the settings brought it. */
  readonly password: string | null;
}

/** On an empty server: the account `admin`, with the password of the settings or one that is given back and kept nowhere. */
export async function ensureAdmin(house: House): Promise<FirstAccount | null> {
  const { services, config } = house;
  const isThere = async () => (await listAccounts(services.db, { kinds: ["user"] })).length > 0;
  if (await isThere()) return null;
  const password = config.adminPassword ?? generatePassword(randomBytes);
  const made = await unlessDone(
    () =>
      createAccount(services.db, house.passwords, {
        login: "admin",
        domain: config.domain,
        displayName: "Administrator",
        password,
        isAdmin: true,
      }),
    isThere,
  );
  return made ? { name: "admin", password: config.adminPassword === undefined ? password : null } : null;
}

/** Several processes may start on an empty database at once: for all but one it is done meanwhile. True for the one. */
async function unlessDone(make: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (await isDone()) return false;
    throw error;
  }
}
