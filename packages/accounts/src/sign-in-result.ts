import type { AccessLimit } from "@kalends/acl";
import type { Requester } from "@kalends/dav-core";
import type { DomainId, SignInRow } from "@kalends/store";

export interface SignIn {
  readonly authorization: string | undefined;
  /** The client's address, after trusted proxies. */
  readonly address: string;
  /** The domain chosen by `Host`, for names without domain; null = the host is not one of ours. */
  readonly domain: { readonly id: DomainId; readonly name: string } | null;
  /** The program the client says it is, for the audit log. */
  readonly agent?: string | undefined;
}

/**
 * `none`: no credentials we read; `throttled`: not checked, try again after so many seconds; `unavailable`: who could
 * check them cannot be reached, likewise.
 */
export interface SignInFailure {
  readonly ok: false;
  readonly reason: "none" | "wrong" | "throttled" | "unavailable";
  readonly retryAfter?: number;
  /** The scheme that was used, where credentials were there. */
  readonly scheme?: "basic" | "bearer";
}

export type SignInResult = { readonly ok: true; readonly requester: Requester } | SignInFailure;

/** Credentials that were found good. */
export interface Verified {
  readonly ok: true;
  readonly row: SignInRow;
  readonly limit: AccessLimit | null;
  /** Where it may be used from; null = anywhere. */
  readonly networks: readonly string[] | null;
  /** Epoch milliseconds; it is not remembered beyond. */
  readonly until: number;
  /** What was used, for the audit log: "password", "app password 7 (phone)". */
  readonly means: string;
}

export type Verdict = Verified | SignInFailure;

export const NONE: SignInFailure = Object.freeze({ ok: false, reason: "none" });
export const WRONG: SignInFailure = Object.freeze({ ok: false, reason: "wrong", scheme: "basic" });
