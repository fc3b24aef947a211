import { createHash } from "node:crypto";
import { type Database, type DomainId, findSignIn, replaceHash, type SignInRow, touchCredential } from "@kalends/store";
import { limitOf } from "./app-scope.js";
import type { BasicCredentials } from "./basic.js";
import { type DirectorySignIn, DirectoryUnavailable } from "./directory/directory.js";
import { isWithin } from "./networks.js";
import { type Passwords, PasswordsBusy } from "./passwords.js";
import { appPasswordHash, looksLikeAppPassword, sameHash } from "./secrets.js";
import type { SignInLog } from "./sign-in-log.js";
import { type SignIn, type SignInFailure, type Verdict, type Verified, WRONG } from "./sign-in-result.js";
import { accountSubject, type Throttle } from "./throttle.js";

export interface BasicCheckOptions {
  readonly db: Database;
  readonly clock: () => number;
  readonly throttle: Throttle;
  readonly passwords: Passwords;
  readonly log: SignInLog;
  /** Who checks the passwords of accounts that have none here. */
  readonly directory: DirectorySignIn | null;
}

const BUSY_SECONDS = 5;
const USE_NOTED_EVERY_MS = 5 * 60_000;
const NEVER = Number.MAX_SAFE_INTEGER;

// What was typed for a name is of any length, and now and then it is a password.
const unknownName = ({ login, domain }: BasicCredentials, fallback: string): string =>
  `?${createHash("sha256")
    .update(`${login}@${domain ?? fallback}`)
    .digest("base64url")}`;

const throttled = (retryAfter: number): SignInFailure => ({
  ok: false,
  reason: "throttled",
  retryAfter,
  scheme: "basic",
});

const good = (row: SignInRow, until = NEVER): Verified => ({
  ok: true,
  row,
  limit: null,
  networks: null,
  until,
  means: "password",
});

/** An app password cannot be guessed: it is looked at first, and works while the account is locked. */
async function byAppPassword(
  { db, clock, directory }: BasicCheckOptions,
  row: SignInRow,
  secret: string,
  { address }: SignIn,
): Promise<Verified | undefined> {
  const hash = appPasswordHash(secret);
  const app = row.apps.find((each) => sameHash(each.hash, hash));
  if (!app || !row.enabled) return undefined;
  const networks = app.scope.networks ?? null;
  if (networks !== null && !isWithin(address, networks)) return undefined;
  if (directory && !(await directory.isStillThere(row))) return undefined;
  await db.rows(touchCredential(app.id, clock(), USE_NOTED_EVERY_MS));
  // Nobody tells us when a person leaves the directory.
  const looked = directory && row.source === "directory" ? clock() + directory.rememberedMs : NEVER;
  return {
    ok: true,
    row,
    limit: limitOf(app.scope, row.home),
    networks,
    until: Math.min(app.expiresAt ?? NEVER, looked),
    means: `app password ${app.id} (${app.label})`,
  };
}

/** Of whatever account, and for names nobody has, one hash is computed for each password that is wrong. */
async function byPassword(
  { db, clock, passwords, directory }: BasicCheckOptions,
  row: SignInRow | undefined,
  basic: BasicCredentials,
  by: SignIn,
): Promise<Verdict> {
  const { password } = basic;
  if (directory && (row?.password ?? null) === null) {
    const person = await directory.signIn(row, basic, by.domain);
    if (person?.enabled) return good(person, clock() + directory.rememberedMs);
  }
  const stored = row?.password ?? undefined;
  if (!(await passwords.verify(password, stored)) || !row?.enabled || stored === undefined) return WRONG;
  const renewed = await passwords.renewed(password, stored);
  if (renewed !== undefined) await db.rows(replaceHash(row.id, stored, renewed));
  return good(row);
}

/** The password, unless this account or address has guessed too often. */
async function guarded(
  options: BasicCheckOptions,
  row: SignInRow | undefined,
  basic: BasicCredentials,
  by: SignIn,
): Promise<Verdict> {
  const { throttle, log } = options;
  const { address, domain } = by;
  const account = row ? accountSubject(row.id) : unknownName(basic, domain?.name ?? "");
  const attempt = await throttle.take(address, account);
  if (!attempt.allowed) return throttled(attempt.retryAfter);
  try {
    const verdict = await byPassword(options, row, basic, by);
    if (verdict.ok) await throttle.succeeded(address, account);
    else {
      const locks = await throttle.failed(address, account);
      await log.failed(row, by);
      if (locks) await log.locked(row, by);
    }
    return verdict;
  } catch (error) {
    throttle.giveBack(address, account);
    if (error instanceof PasswordsBusy) return throttled(BUSY_SECONDS);
    if (!(error instanceof DirectoryUnavailable)) throw error;
    return { ok: false, reason: "unavailable", retryAfter: error.retryAfter, scheme: "basic" };
  }
}

/** Checks a name with a password or an app password (RFC 7617). */
export function createBasicCheck(
  options: BasicCheckOptions,
): (basic: BasicCredentials, by: SignIn) => Promise<Verdict> {
  const { db, clock } = options;

  // No text in the database holds NUL.
  async function find({ login, domain }: BasicCredentials, fallback: DomainId | null): Promise<SignInRow | undefined> {
    if (login.includes("\0") || domain?.includes("\0")) return undefined;
    return db.one<SignInRow>(findSignIn(login, domain, fallback, clock()));
  }

  return async function check(basic, by) {
    const { password } = basic;
    const row = await find(basic, by.domain?.id ?? null);
    const app = row && looksLikeAppPassword(password) ? await byAppPassword(options, row, password, by) : undefined;
    return app ?? guarded(options, row, basic, by);
  };
}
