import type { SignInRow } from "@kalends/store";
import type { BasicCredentials } from "../basic.js";
import type { SignIn } from "../sign-in-result.js";

/** A person as a directory describes him. */
export interface Person {
  readonly login: string;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** Other names he signs in with and is reached by, as addresses or their part before the `@`. */
  readonly aliases: readonly string[];
  /** Names of the groups he is in. */
  readonly groups: readonly string[];
}

/** Who knows people and checks their passwords. Both throw `DirectoryUnavailable`. */
export interface Directory {
  /** The person of this name, if the password is his; the name as it was typed, without domain, and as an address. */
  verify(name: TypedName, password: string): Promise<Person | undefined>;
  find(name: TypedName): Promise<Person | undefined>;
}

export interface TypedName {
  readonly login: string;
  readonly address: string;
}

/** The directory cannot be asked at the moment. */
export class DirectoryUnavailable extends Error {
  override readonly name = "DirectoryUnavailable";
  constructor(
    message: string,
    /** Seconds. */
    readonly retryAfter: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The part of the sign-in that a directory takes over. Throws `DirectoryUnavailable`. */
export interface DirectorySignIn {
  /** How long a good password is remembered, since nobody tells us when it is changed. */
  readonly rememberedMs: number;
  /** Checks a password and makes or refreshes the account; `row` is the account so named that has no password here. */
  signIn(row: SignInRow | undefined, basic: BasicCredentials, domain: SignIn["domain"]): Promise<SignInRow | undefined>;
  /** For app passwords: false where the directory no longer knows the person; true while it cannot be asked. */
  isStillThere(row: SignInRow): Promise<boolean>;
}
