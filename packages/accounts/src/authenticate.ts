import { hash } from "node:crypto";
import type { Requester } from "@kalends/dav-core";
import type { Database } from "@kalends/store";
import { LRUCache } from "lru-cache";
import { type BasicCredentials, readBasic } from "./basic.js";
import { createBasicCheck } from "./check-basic.js";
import type { DirectorySignIn } from "./directory/directory.js";
import { isWithin } from "./networks.js";
import type { Passwords } from "./passwords.js";
import type { RandomBytes } from "./secrets.js";
import { requesterOf } from "./sign-in.js";
import { createSignInLog } from "./sign-in-log.js";
import { NONE, type SignIn, type SignInResult, type Verdict } from "./sign-in-result.js";
import type { Throttle } from "./throttle.js";
import { createBearerCheck, readBearer, type TokenSignIn } from "./tokens/check-bearer.js";

export interface AuthenticatorOptions {
  readonly db: Database;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  readonly throttle: Throttle;
  readonly passwords: Passwords;
  readonly directory?: DirectorySignIn | null;
  readonly tokens?: TokenSignIn | null;
  readonly limits?: {
    /** How many sign-ins are remembered, and for how long (milliseconds). */
    readonly remembered?: number;
    readonly rememberedMs?: number;
  };
}

export interface Authenticator {
  /** The schemes of `WWW-Authenticate`, in order (RFC 9110 11.6.1). */
  readonly schemes: readonly ("basic" | "bearer")[];
  /** Checks the credentials of a request. Good ones are remembered for a few minutes. */
  authenticate(signIn: SignIn): Promise<SignInResult>;
  /** Forgets what is remembered of one account: for when the store shows a newer credential epoch than the sign-in's. */
  forget(requester: Pick<Requester, "id">): void;
}

interface Remembered {
  readonly requester: Requester;
  readonly until: number;
  readonly networks: readonly string[] | null;
}

/** What a client sent, and how it is checked. `secret` never stays in memory as it is. */
interface Credentials {
  readonly secret: string;
  readonly check: (by: SignIn) => Promise<Verdict>;
}

/** Makes the sign-in of all requests: Basic with password or app password (RFC 7617), Bearer with a token (RFC 6750). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { db, clock, throttle, passwords, directory = null, tokens = null } = options;
  const { remembered = 10_000, rememberedMs = 5 * 60_000 } = options.limits ?? {};
  const key = Buffer.from(options.random(32)).toString("base64");
  const log = createSignInLog(db, clock);
  const checkBasic = createBasicCheck({ db, clock, throttle, passwords, log, directory });
  const checkBearer = tokens && createBearerCheck({ db, clock, tokens });
  const cache = new LRUCache<string, Remembered>({ max: remembered });
  const running = new Map<string, Promise<SignInResult>>();

  const basicSecret = ({ login, domain, password }: BasicCredentials, by: SignIn): string =>
    ["basic", login, domain ?? `\n${by.domain?.id}`, password].join("\0");

  function credentialsOf(signIn: SignIn): Credentials | undefined {
    const basic = readBasic(signIn.authorization);
    if (basic) return { secret: basicSecret(basic, signIn), check: (by) => checkBasic(basic, by) };
    const token = checkBearer && readBearer(signIn.authorization);
    return token ? { secret: `bearer\0${token}`, check: (by) => checkBearer(token, by) } : undefined;
  }

  // Only this keyed digest of a secret stays in memory, and is told to nobody: a key in front does, in a third of HMAC's time.
  const digest = (secret: string): string => hash("sha256", `${key}\0${secret}`, "base64");

  async function check(credentials: Credentials, signIn: SignIn, name: string): Promise<SignInResult> {
    const verdict = await credentials.check(signIn);
    if (!verdict.ok) return verdict;
    await log.succeeded(verdict, signIn);
    const requester = requesterOf(verdict.row, verdict.limit, verdict.means);
    const until = Math.min(verdict.until, clock() + rememberedMs);
    cache.set(name, { requester, until, networks: verdict.networks });
    return { ok: true, requester };
  }

  // A client opens several connections at once: equal credentials from one address are checked together.
  function checkOnce(credentials: Credentials, signIn: SignIn, name: string): Promise<SignInResult> {
    const from = `${name} ${signIn.address}`;
    const already = running.get(from);
    if (already) return already;
    const made = check(credentials, signIn, name).finally(() => running.delete(from));
    running.set(from, made);
    return made;
  }

  const isGood = ({ until, networks }: Remembered, { address }: SignIn): boolean =>
    until > clock() && (networks === null || isWithin(address, networks));

  async function authenticate(signIn: SignIn): Promise<SignInResult> {
    const credentials = credentialsOf(signIn);
    if (!credentials) return NONE;
    const name = digest(credentials.secret);
    const known = cache.get(name);
    if (known && isGood(known, signIn)) return { ok: true, requester: known.requester };
    // From elsewhere than it may be used it is looked at again, and stays remembered for where it may.
    if (!known || known.until <= clock()) cache.delete(name);
    return checkOnce(credentials, signIn, name);
  }

  return Object.freeze<Authenticator>({
    schemes: tokens ? ["basic", "bearer"] : ["basic"],
    authenticate,
    forget({ id }) {
      for (const [name, { requester }] of cache) if (requester.id === id) cache.delete(name);
    },
  });
}
