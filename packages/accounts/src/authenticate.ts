import { hash } from "node:crypto";
import type { Requester } from "@kalends/dav-core";
import { type Database, shownAgent } from "@kalends/store";
import { LRUCache } from "lru-cache";
import { type BasicCredentials, readBasic } from "./basic.js";
import { createBasicCheck } from "./check-basic.js";
import type { DirectorySignIn } from "./directory/directory.js";
import { isWithin } from "./networks.js";
import type { Passwords } from "./passwords.js";
import type { RandomBytes } from "./secrets.js";
import { requesterOf } from "./sign-in.js";
import { createSignInLog } from "./sign-in-log.js";
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

/** A sign-in that was found good. Nothing in it is secret to those who hold no key. */
export interface KnownSignIn {
  /** Keyed digest of what the client sent. */
  readonly name: string;
  readonly requester: Requester;
  /** Epoch milliseconds. */
  readonly until: number;
  /** Where it may be used from; null = anywhere. */
  readonly networks: readonly string[] | null;
}

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

interface Remembered extends KnownSignIn {
  /** Programs that were seen to use it, as the audit log shows them, so none is longer than what it keeps. */
  readonly agents: Set<string | null>;
}

/** Programs noted with one remembered sign-in; whoever names himself anew each time is not noted for ever. */
const AGENTS = 16;

/** What a client sent, and how it is checked. `secret` never stays in memory as it is. */
interface Credentials {
  readonly secret: string;
  readonly check: (by: SignIn) => Promise<Verdict>;
}

/** Makes the sign-in of all requests: Basic with password or app password (RFC 7617), Bearer with a token (RFC 6750). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { db, clock, throttle, passwords, directory = null, tokens = null } = options;
  const { remembered = 20_000, rememberedMs = 60 * 60_000 } = options.limits ?? {};
  const key = Buffer.from(options.others?.key ?? options.random(32)).toString("base64");
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

  // Only this keyed digest of a secret stays in memory. No client sees it, so a key in front does, in a third of HMAC's time.
  const digest = (secret: string): string => hash("sha256", `${key}\0${secret}`, "base64");

  async function check(credentials: Credentials, signIn: SignIn, name: string): Promise<SignInResult> {
    const verdict = await credentials.check(signIn);
    if (!verdict.ok) return verdict;
    await log.succeeded(verdict, signIn);
    const requester = requesterOf(verdict.row, verdict.limit, verdict.means);
    const until = Math.min(verdict.until, clock() + rememberedMs);
    const known: KnownSignIn = { name, requester, until, networks: verdict.networks };
    cache.set(name, { ...known, agents: new Set([shownAgent(signIn.agent)]) });
    options.others?.tell(known);
    return { ok: true, requester };
  }

  /** The audit log hears of a program that uses what another one has been remembered for. */
  async function noteProgram({ requester, agents }: Remembered, signIn: SignIn): Promise<void> {
    const agent = shownAgent(signIn.agent);
    if (agents.has(agent) || agents.size >= AGENTS) return;
    agents.add(agent);
    await log.succeeded({ row: requester, means: requester.credential ?? "" }, signIn);
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
    if (known && isGood(known, signIn)) {
      options.noted?.("remembered");
      await noteProgram(known, signIn);
      return { ok: true, requester: known.requester };
    }
    // From elsewhere than it may be used it is looked at again, and stays remembered for where it may.
    if (!known || known.until <= clock()) cache.delete(name);
    const result = await checkOnce(credentials, signIn, name);
    if (result.ok) options.noted?.("checked");
    else if (result.reason !== "none") options.noted?.(result.reason);
    return result;
  }

  return Object.freeze<Authenticator>({
    schemes: tokens ? ["basic", "bearer"] : ["basic"],
    authenticate,
    forget({ id }) {
      for (const [name, { requester }] of cache) if (requester.id === id) cache.delete(name);
    },
    learn(known) {
      if (!cache.has(known.name)) cache.set(known.name, { ...known, agents: new Set() });
    },
  });
}
