import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";

export interface TokenIssuerOptions {
  /** Exactly as the tokens say it. */
  readonly issuer: string;
  /** Who the tokens must be meant for. */
  readonly audience: string;
  /** Where its keys are; what its discovery document says unless given. */
  readonly jwksUrl?: string;
  /** Names of signature algorithms that are accepted. */
  readonly algorithms: readonly string[];
  /** The claim that names the account. */
  readonly claim: string;
  readonly clockSkewSeconds: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly timeoutMs?: number;
}

/** What a good token says. */
export interface TokenSubject {
  /** `name` or `name@domain`, as the claim has it. */
  readonly name: string;
  readonly displayName: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface TokenIssuer {
  /** Undefined for a token that is not good. Throws `IssuerUnavailable`. */
  verify(token: string): Promise<TokenSubject | undefined>;
}

/** The issuer's keys cannot be fetched at the moment. */
export class IssuerUnavailable extends Error {
  override readonly name = "IssuerUnavailable";
  /** Seconds. */
  readonly retryAfter = 30;
}

/** After trouble the issuer is left alone for so long. */
const REST_MS = 5_000;

/** What jose says of keys it could not fetch, rather than of the token. */
const TROUBLE: ReadonlySet<string> = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

function isAboutToken(error: unknown): boolean {
  return error instanceof errors.JOSEError && !TROUBLE.has(error.code);
}

/** The address of the keys, from the issuer's discovery document (OpenID Connect Discovery 4). */
async function discovered(issuer: string, timeoutMs: number): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  const found = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (found.issuer !== issuer || typeof found.jwks_uri !== "string") {
    throw new Error(`${url} does not describe the issuer ${issuer}`);
  }
  return found.jwks_uri;
}

/** Verifies tokens of one issuer here, with its public keys (RFC 7519 7.2, RFC 9068 4). Keys are fetched when needed and kept. */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { issuer, audience, claim, clock, timeoutMs = 5_000 } = options;
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let restsUntil = 0;

  async function fetchedKeys(): Promise<JWTVerifyGetKey> {
    const url = options.jwksUrl ?? (await discovered(issuer, timeoutMs));
    return createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs });
  }

  function keySource(): Promise<JWTVerifyGetKey> {
    keys ??= fetchedKeys().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  }

  async function payloadOf(token: string) {
    const { payload } = await jwtVerify(token, await keySource(), {
      issuer,
      audience,
      algorithms: [...options.algorithms],
      clockTolerance: options.clockSkewSeconds,
      currentDate: new Date(clock()),
      requiredClaims: ["exp", claim],
    });
    return payload;
  }

  return Object.freeze<TokenIssuer>({
    async verify(token) {
      if (clock() < restsUntil) throw new IssuerUnavailable("the issuer did not answer a moment ago");
      const payload = await payloadOf(token).catch((error: unknown) => {
        if (isAboutToken(error)) return undefined;
        restsUntil = clock() + REST_MS;
        throw new IssuerUnavailable("the keys of the issuer cannot be fetched", { cause: error });
      });
      const named = payload?.[claim];
      if (!payload || typeof named !== "string" || named === "") return undefined;
      // An address nobody has shown to be his names nobody.
      if (claim === "email" && payload.email_verified === false) return undefined;
      const displayName = typeof payload.name === "string" ? payload.name : null;
      return { name: named, displayName, expiresAt: ((payload.exp ?? 0) + options.clockSkewSeconds) * 1000 };
    },
  });
}
