import type { Requester } from "@kalends/dav-core";
import type { Database } from "@kalends/store";
import { type BasicCredentials, readBasic } from "./basic.js";
import { createBasicCheck } from "./check-basic.js";
import type { DirectorySignIn } from "./directory/directory.js";
import type { Passwords } from "./passwords.js";
import type { RandomBytes } from "./secrets.js";
import { requesterOf } from "./sign-in.js";
import { createSignInLog } from "./sign-in-log.js";
import { createSignInMemory, isNewProgram, type KnownSignIn } from "./sign-in-memory.js";
import { NONE, type SignIn, type SignInFailure, type SignInResult, type Verdict } from "./sign-in-result.js";
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
  /** Hears what became of credentials. */
  readonly noted?: (outcome: SignInOutcome) => void;
  readonly limits?: {
    /** How many sign-ins are remembered, and for how long (milliseconds). */
    readonly remembered?: number;
    readonly rememberedMs?: number;
  };
  /** Other processes that serve the same accounts, and the key under which they all keep what they remember. */
  readonly others?: {
    readonly key: Uint8Array;
    tell(known: KnownSignIn): void;
  };
}

/** What becomes of credentials that come with a request. */
export type SignInOutcome = "remembered" | "checked" | Exclude<SignInFailure["reason"], "none">;

export interface Authenticator {
  /** The schemes of `WWW-Authenticate`, in order (RFC 9110 11.6.1). */
  readonly schemes: readonly ("basic" | "bearer")[];
  /** Checks the credentials of a request. Good ones are remembered for a while. */
  authenticate(signIn: SignIn): Promise<SignInResult>;
  /** Forgets what is remembered of one account: for when the store shows a newer credential epoch than the sign-in's. */
  forget(requester: Pick<Requester, "id">): void;
  /** Remembers what another process has checked. */
  learn(known: KnownSignIn): void;
}

/** What a client sent, and how it is checked. `secret` never stays in memory as it is. */
interface Credentials {
  readonly secret: string;
  readonly check: (by: SignIn) => Promise<Verdict>;
}

const basicSecret = ({ login, domain, password }: BasicCredentials, by: SignIn): string =>
  ["basic", login, domain ?? `\n${by.domain?.id}`, password].join("\0");

/** Reads what a client sent, for those who check it. */
function credentialsFor(
  checkBasic: ReturnType<typeof createBasicCheck>,
  checkBearer: ReturnType<typeof createBearerCheck> | null,
): (signIn: SignIn) => Credentials | undefined {
  return (signIn) => {
    const basic = readBasic(signIn.authorization);
    if (basic) return { secret: basicSecret(basic, signIn), check: (by) => checkBasic(basic, by) };
    const token = checkBearer && readBearer(signIn.authorization);
    return token ? { secret: `bearer\0${token}`, check: (by) => checkBearer(token, by) } : undefined;
  };
}

/** Makes the sign-in of all requests: Basic with password or app password (RFC 7617), Bearer with a token (RFC 6750). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { db, clock, throttle, passwords, directory = null, tokens = null } = options;
  const { remembered: capacity = 20_000, rememberedMs = 60 * 60_000 } = options.limits ?? {};
  const memory = createSignInMemory({ clock, key: options.others?.key ?? options.random(32), capacity });
  const log = createSignInLog(db, clock);
  const credentialsOf = credentialsFor(
    createBasicCheck({ db, clock, throttle, passwords, log, directory }),
    tokens && createBearerCheck({ db, clock, tokens }),
  );
  const running = new Map<string, Promise<SignInResult>>();

  async function check(credentials: Credentials, signIn: SignIn, name: string): Promise<SignInResult> {
    const verdict = await credentials.check(signIn);
    if (!verdict.ok) return verdict;
    await log.succeeded(verdict, signIn);
    const requester = requesterOf(verdict.row, verdict.limit, verdict.means);
    const until = Math.min(verdict.until, clock() + rememberedMs);
    const known: KnownSignIn = { name, requester, until, networks: verdict.networks };
    memory.keep(known, signIn);
    options.others?.tell(known);
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

  async function authenticate(signIn: SignIn): Promise<SignInResult> {
    const credentials = credentialsOf(signIn);
    if (!credentials) return NONE;
    const name = memory.nameOf(credentials.secret);
    const known = memory.find(name, signIn);
    if (known) {
      const { requester } = known;
      options.noted?.("remembered");
      // The audit log hears of a program that uses what another one has been remembered for.
      if (isNewProgram(known, signIn))
        await log.succeeded({ row: requester, means: requester.credential ?? "" }, signIn);
      return { ok: true, requester };
    }
    const result = await checkOnce(credentials, signIn, name);
    if (result.ok) options.noted?.("checked");
    else if (result.reason !== "none") options.noted?.(result.reason);
    return result;
  }

  return Object.freeze<Authenticator>({
    schemes: tokens ? ["basic", "bearer"] : ["basic"],
    authenticate,
    forget: memory.forget,
    learn: memory.learn,
  });
}
