import {
  type AppPasswordRow,
  appPasswordsOf,
  type Database,
  deleteAppPassword,
  insertAppPassword,
  type PrincipalId,
} from "@kalends/store";
import { invalid } from "./names.js";
import { appPasswordHash, generateAppPassword, type RandomBytes } from "./secrets.js";

export type AppPassword = AppPasswordRow;

/**
 * Makes an app password and gives it in clear, the only time it can be seen. `expiresAt` in epoch milliseconds, null =
 * never. Throws `DirectoryError` for a label that is empty or long.
 */
export async function createAppPassword(
  db: Database,
  random: RandomBytes,
  id: PrincipalId,
  given: { readonly label: string; readonly expiresAt?: number | null },
): Promise<string> {
  const label = given.label.trim();
  if (label === "" || label.length > 100) throw invalid("Name the app or device in 1 to 100 characters.");
  const secret = generateAppPassword(random);
  const hash = appPasswordHash(secret);
  await db.rows(insertAppPassword({ principal: id, label, hash, expiresAt: given.expiresAt ?? null }));
  return secret;
}

/** The app passwords of an account, newest first, without the secrets. */
export const listAppPasswords = (db: Database, id: PrincipalId): Promise<readonly AppPassword[]> =>
  db.rows<AppPassword>(appPasswordsOf(id));

/** Makes one app password useless at once; gives false when the account has none of that id. */
export async function revokeAppPassword(db: Database, id: PrincipalId, credential: number): Promise<boolean> {
  return (await db.one(deleteAppPassword(id, credential))) !== undefined;
}
