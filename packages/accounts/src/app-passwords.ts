import { type Database, type PrincipalId, sql, timestamp } from "@kalends/store";
import { invalid } from "./names.js";
import { appPasswordHash, generateAppPassword, type RandomBytes } from "./secrets.js";

export interface AppPassword {
  readonly id: number;
  readonly label: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
}

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
  await db.rows(sql`insert into credential (principal_id, kind, label, hash, expires_at)
    values (${id}, 'app', ${label}, ${appPasswordHash(secret)}, ${timestamp(given.expiresAt ?? null)})`);
  return secret;
}

/** The app passwords of an account, newest first, without the secrets. */
export const listAppPasswords = (db: Database, id: PrincipalId): Promise<readonly AppPassword[]> =>
  db.rows<AppPassword>(sql`
    select id, label, created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt"
    from credential where principal_id = ${id} and kind = 'app' order by id desc`);

/** Makes one app password useless at once; gives false when the account has none of that id. */
export async function revokeAppPassword(db: Database, id: PrincipalId, credential: number): Promise<boolean> {
  const gone = await db.one(sql`
    with gone as (
      delete from credential where id = ${credential} and principal_id = ${id} and kind = 'app' returning principal_id
    )
    update principal set credential_epoch = credential_epoch + 1 where id in (select principal_id from gone) returning id`);
  return gone !== undefined;
}
