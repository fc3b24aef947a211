import {
  type AppPasswordRow,
  appPasswordsOf,
  type CredentialScope,
  type Database,
  deleteAppPassword,
  insertAppPassword,
  type PrincipalId,
  type Doer,
  noteDeed,
  SERVER,
} from "@kalends/store";
import { checkedScope } from "./app-scope.js";
import { invalid } from "./names.js";
import { appPasswordHash, generateAppPassword, type RandomBytes } from "./secrets.js";

export type AppPassword = AppPasswordRow;

export interface NewAppPassword {
  readonly label: string;
  /** Epoch milliseconds; null = never. */
  readonly expiresAt?: number | null;
  /** How far it reaches: as far as the account itself, unless given. */
  readonly scope?: CredentialScope;
}

/**
 * Makes an app password and gives it in clear, the only time it can be seen. Throws `DirectoryError` for a label that
 * is empty or long, and for a scope that means nothing.
 */
export async function createAppPassword(
  db: Database,
  random: RandomBytes,
  id: PrincipalId,
  given: NewAppPassword,
  by: Doer = SERVER,
): Promise<string> {
  const label = given.label.trim();
  if (label === "" || label.length > 100) throw invalid("Name the app or device in 1 to 100 characters.");
  const secret = generateAppPassword(random);
  const hash = appPasswordHash(secret);
  const scope = checkedScope(given.scope ?? {});
  await db.write(async (tx) => {
    await tx.rows(insertAppPassword({ principal: id, label, hash, expiresAt: given.expiresAt ?? null, scope }));
    await noteDeed(tx, { kind: "credential.app-password", about: id, detail: `made: ${label}` }, by);
  });
  return secret;
}

/** The app passwords of an account, newest first, without the secrets. */
export const listAppPasswords = (db: Database, id: PrincipalId): Promise<readonly AppPassword[]> =>
  db.rows<AppPassword>(appPasswordsOf(id));

/** Makes one app password useless at once; gives false when the account has none of that id. */
export async function revokeAppPassword(
  db: Database,
  id: PrincipalId,
  credential: number,
  by: Doer = SERVER,
): Promise<boolean> {
  return db.write(async (tx) => {
    const gone = await tx.one(deleteAppPassword(id, credential));
    if (gone) await noteDeed(tx, { kind: "credential.app-password", about: id, detail: `ended: ${credential}` }, by);
    return gone !== undefined;
  });
}
