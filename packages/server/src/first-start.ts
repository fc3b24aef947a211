import { randomBytes } from "node:crypto";
import { createAccount, createDomain, findDomain, generatePassword, listAccounts } from "@kalends/accounts";
import type { Database } from "@kalends/store";
import type { House } from "./compose.js";

/** Makes the default domain of the settings when the database does not have it yet. */
export async function ensureDefaultDomain(db: Database, name: string): Promise<void> {
  if (!(await findDomain(db, name))) await createDomain(db, name);
}

/** On an empty server: the account `admin`, with a password that is given back once and kept nowhere. */
export async function ensureAdmin(house: House): Promise<{ readonly name: string; readonly password: string } | null> {
  const { db } = house.services;
  if ((await listAccounts(db, { kinds: ["user"] })).length > 0) return null;
  const password = generatePassword(randomBytes);
  await createAccount(db, house.passwords, {
    login: "admin",
    domain: house.config.domain,
    displayName: "Administrator",
    password,
    isAdmin: true,
  });
  return { name: "admin", password };
}
