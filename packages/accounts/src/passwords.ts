import { createHmac } from "node:crypto";
import bcrypt from "bcrypt";
import { createLane } from "./lane.js";

export interface PasswordOptions {
  /** bcrypt's logarithm of rounds. */
  readonly cost?: number;
  /** How many hashes are computed at once; the thread pool of the process serves files and names too. */
  readonly concurrency?: number;
  /** How many may wait; more are refused with `PasswordsBusy`. */
  readonly waiting?: number;
}

/** Too many passwords are being checked; nothing was checked. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";
  constructor() {
    super("too many sign-ins at once");
  }
}

export interface Passwords {
  /** Makes a hash to store. Throws `PasswordsBusy`. */
  hash(password: string): Promise<string>;
  /** Compares with a stored hash; without one it takes as long and gives false. Throws `PasswordsBusy`. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /**
   * A new hash of a password that was just found good, where the stored one costs more or less than hashes do now: its
   * age shall not be seen by the time it takes. Throws `PasswordsBusy`.
   */
  renewed(password: string, hash: string): Promise<string | undefined>;
}

const MAX_BYTES = 72;
const LABEL = "kalends password";

/** bcrypt looks at 72 octets and stops at NUL: anything it would not see whole goes through HMAC-SHA-256 first. */
export function prepared(password: string): string {
  const text = password.normalize("NFC");
  if (Buffer.byteLength(text) <= MAX_BYTES && !text.includes("\0")) return text;
  return createHmac("sha256", LABEL).update(text).digest("base64");
}

// The same algorithm under the name htpasswd and PHP give it.
const readable = (hash: string): string => hash.replace(/^\$2y\$/, "$2b$");

/** True for what `verify` can compare with: `$2a$`, `$2b$` or `$2y$`, for hashes that come from elsewhere. */
export const isPasswordHash = (text: string): boolean => /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(text);

/** Hashing and comparing of passwords, in a bounded lane so that a flood of sign-ins leaves the server working. */
export function createPasswords({ cost = 12, concurrency = 2, waiting = 64 }: PasswordOptions = {}): Passwords {
  const lane = createLane(concurrency, waiting, () => new PasswordsBusy());
  // Nothing hashes to this; comparing with it costs what comparing with a real one does.
  const nobody = bcrypt.genSaltSync(cost) + ".".repeat(31);
  const hash = (password: string) => lane(() => bcrypt.hash(prepared(password), cost));
  return Object.freeze<Passwords>({
    hash,
    renewed: async (password, stored) => (bcrypt.getRounds(readable(stored)) === cost ? undefined : hash(password)),
    async verify(password, stored) {
      const same = await lane(() =>
        bcrypt.compare(prepared(password), stored === undefined ? nobody : readable(stored)),
      );
      return same && stored !== undefined;
    },
  });
}
