import { createHmac } from "node:crypto";
import bcrypt from "bcrypt";

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

/** Runs at most `concurrency` jobs at a time; at most `waiting` more are kept. */
function createLane(concurrency: number, waiting: number) {
  const queue: (() => void)[] = [];
  let running = 0;
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };
  return async <T>(job: () => Promise<T>): Promise<T> => {
    if (running < concurrency) running++;
    else {
      if (queue.length >= waiting) throw new PasswordsBusy();
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await job();
    } finally {
      leave();
    }
  };
}

/** Hashing and comparing of passwords, in a bounded lane so that a flood of sign-ins leaves the server working. */
export function createPasswords({ cost = 12, concurrency = 2, waiting = 64 }: PasswordOptions = {}): Passwords {
  const lane = createLane(concurrency, waiting);
  // Nothing hashes to this; comparing with it costs what comparing with a real one does.
  const nobody = bcrypt.genSaltSync(cost) + ".".repeat(31);
  return Object.freeze<Passwords>({
    hash: (password) => lane(() => bcrypt.hash(prepared(password), cost)),
    async verify(password, hash) {
      const same = await lane(() => bcrypt.compare(prepared(password), hash === undefined ? nobody : readable(hash)));
      return same && hash !== undefined;
    },
  });
}
