import { type Database, findSignIn, type SignInRow } from "@kalends/store";
import { enrol } from "../directory/enrol.js";
import { findDomain } from "../find.js";
import type { SignIn, SignInFailure, Verdict } from "../sign-in-result.js";
import { IssuerUnavailable, type TokenIssuer, type TokenSubject } from "./issuer.js";

export interface TokenSignIn extends TokenIssuer {
  /** The domain of names without one. Which host was asked does not matter: whoever asks chooses it. */
  readonly domain: string;
  /** Makes accounts of this domain at their first sign-in. */
  readonly provisions: boolean;
}

const LONGEST_TOKEN = 16 * 1024;

/** Reads an `Authorization` header with a token (RFC 6750 2.1); undefined when it is of another scheme or not well-formed. */
export function readBearer(header: string | undefined): string | undefined {
  if (header === undefined || header.length > LONGEST_TOKEN) return undefined;
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header)?.[1];
}

const WRONG: SignInFailure = Object.freeze({ ok: false, reason: "wrong", scheme: "bearer" });

interface BearerCheckOptions {
  readonly db: Database;
  readonly clock: () => number;
  readonly tokens: TokenSignIn;
}

/** Checks tokens and finds the accounts they speak for. */
export function createBearerCheck({
  db,
  clock,
  tokens,
}: BearerCheckOptions): (token: string, by: SignIn) => Promise<Verdict> {
  async function accountOf({ name, displayName }: TokenSubject): Promise<SignInRow | undefined> {
    const folded = name.normalize("NFC").toLowerCase();
    const at = folded.lastIndexOf("@");
    const [login, domain] = at < 0 ? [folded, tokens.domain] : [folded.slice(0, at), folded.slice(at + 1)];
    if (/\0/.test(folded)) return undefined;
    const row = await db.one<SignInRow>(findSignIn(login, domain, null, clock()));
    if (row || !tokens.provisions) return row;
    if ((await findDomain(db, domain))?.name !== tokens.domain) return undefined;
    const person = {
      login,
      displayName: displayName ?? login,
      firstName: null,
      lastName: null,
      aliases: [],
      groups: [],
    };
    return enrol(db, { domain: tokens.domain, person, source: "token", now: clock() });
  }

  async function verified(token: string): Promise<Verdict> {
    const subject = await tokens.verify(token);
    const row = subject && (await accountOf(subject));
    if (!row?.enabled || row.kind !== "user") return WRONG;
    return { ok: true, row, limit: null, networks: null, until: subject?.expiresAt ?? 0, means: "token" };
  }

  return async (token) => {
    try {
      return await verified(token);
    } catch (error) {
      if (!(error instanceof IssuerUnavailable)) throw error;
      return { ok: false, reason: "unavailable", retryAfter: error.retryAfter, scheme: "bearer" };
    }
  };
}
