import { type Requester, StaleSignIn } from "@kalends/dav-core";
import { type Database, sql } from "@kalends/store";

/** Throws `StaleSignIn` where the account was disabled, or its password changed, after the sign-in was remembered. */
export async function checkStanding(by: Requester, db: Database): Promise<void> {
  const row = await db.one(
    sql`select id from principal where id = ${by.id} and enabled and credential_epoch = ${by.epoch}`,
  );
  if (!row) throw new StaleSignIn(by);
}
