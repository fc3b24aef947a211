import { createHmac } from "node:crypto";
import type { Requester } from "@kalends/dav-core";
import { type Database, type DomainId, findSignIn, type SignInRow, touchCredential } from "@kalends/store";
import { LRUCache } from "lru-cache";
import { type BasicCredentials, readBasic } from "./basic.js";
import { type Passwords, PasswordsBusy } from "./passwords.js";
import { appPasswordHash, looksLikeAppPassword, type RandomBytes, sameHash } from "./secrets.js";
import { requesterOf } from "./sign-in.js";
import type { Throttle } from "./throttle.js";

export interface AuthenticatorOptions {
  readonly db: Database;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  readonly throttle: Throttle;
  readonly passwords: Passwords;
  readonly limits?: {
    /** How many sign-ins are remembered, and for how long (milliseconds). */
    readonly remembered?: number;
    readonly rememberedMs?: number;
  };
}

export interface SignIn {
  readonly authorization: string | undefined;
  /** The client's address, after trusted proxies. */
  readonly address: string;
  /** The domain chosen by `Host`, for names without domain; null = the host is not one of ours. */
  readonly domain: { readonly id: DomainId; readonly name: string } | null;
}

/** `none`: no credentials we read; `throttled`: not checked, try again after so many seconds. */
export type SignInResult =
  | { readonly ok: true; readonly requester: Requester }
  | { readonly ok: false; readonly reason: "none" | "wrong" | "throttled"; readonly retryAfter?: number };

export interface Authenticator {
  /** Checks the credentials of a request. Good ones are remembered for a few minutes. */
  authenticate(signIn: SignIn): Promise<SignInResult>;
  /** Forgets what is remembered of one account: for when the store shows a newer credential epoch than the sign-in's. */
  forget(requester: Pick<Requester, "id">): void;
}

interface Remembered {
  readonly requester: Requester;
  readonly until: number;
}

const NONE: SignInResult = Object.freeze({ ok: false, reason: "none" });
const WRONG: SignInResult = Object.freeze({ ok: false, reason: "wrong" });
const BUSY_SECONDS = 5;
const LONGEST_NAME = 320;
const USE_NOTED_EVERY_MS = 60_000;

/** Makes the sign-in of all requests: Basic with password or app password (RFC 7617). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { db, clock, throttle, passwords } = options;
  const { remembered = 10_000, rememberedMs = 5 * 60_000 } = options.limits ?? {};
  const secret = options.random(32);
  const cache = new LRUCache<string, Remembered>({ max: remembered });
  const running = new Map<string, Promise<SignInResult>>();

  // Only this keyed digest of the password stays in memory.
  const keyOf = ({ login, domain, password }: BasicCredentials, by: SignIn): string =>
    createHmac("sha256", secret)
      .update([login, domain ?? `\n${by.domain?.id}`, password].join("\0"))
      .digest("base64");

  async function matches(row: SignInRow | undefined, password: string): Promise<boolean> {
    if (row && looksLikeAppPassword(password)) {
      const hash = appPasswordHash(password);
      const app = row.apps.find((each) => sameHash(each.hash, hash));
      if (app && row.enabled) await db.rows(touchCredential(app.id, clock(), USE_NOTED_EVERY_MS));
      if (app) return row.enabled;
    }
    return (await passwords.verify(password, row?.password ?? undefined)) && row?.enabled === true;
  }

  // No text in the database holds NUL.
  async function find({ login, domain }: BasicCredentials, fallback: DomainId | null): Promise<SignInRow | undefined> {
    if (login.includes("\0") || domain?.includes("\0")) return undefined;
    return db.one<SignInRow>(findSignIn(login, domain, fallback, clock()));
  }

  async function check(basic: BasicCredentials, { address, domain }: SignIn, key: string): Promise<SignInResult> {
    const row = await find(basic, domain?.id ?? null);
    const account = row ? `#${row.id}` : `${basic.login}@${basic.domain ?? domain?.name ?? ""}`.slice(0, LONGEST_NAME);
    const attempt = throttle.take(address, account);
    if (!attempt.allowed) return { ok: false, reason: "throttled", retryAfter: attempt.retryAfter };
    try {
      if (!(await matches(row, basic.password)) || !row) return WRONG;
    } catch (error) {
      throttle.giveBack(address, account);
      if (error instanceof PasswordsBusy) return { ok: false, reason: "throttled", retryAfter: BUSY_SECONDS };
      throw error;
    }
    throttle.reset(address, account);
    const requester = requesterOf(row);
    cache.set(key, { requester, until: clock() + rememberedMs });
    return { ok: true, requester };
  }

  // A client opens several connections at once: equal credentials from one address are checked together.
  function checkOnce(basic: BasicCredentials, signIn: SignIn, key: string): Promise<SignInResult> {
    const name = `${key} ${signIn.address}`;
    const already = running.get(name);
    if (already) return already;
    const made = check(basic, signIn, key).finally(() => running.delete(name));
    running.set(name, made);
    return made;
  }

  async function authenticate(signIn: SignIn): Promise<SignInResult> {
    const basic = readBasic(signIn.authorization);
    if (!basic) return NONE;
    const key = keyOf(basic, signIn);
    const known = cache.get(key);
    if (known && known.until > clock()) return { ok: true, requester: known.requester };
    cache.delete(key);
    return checkOnce(basic, signIn, key);
  }

  return Object.freeze<Authenticator>({
    authenticate,
    forget({ id }) {
      for (const [key, { requester }] of cache) if (requester.id === id) cache.delete(key);
    },
  });
}
