import { type Database, type SignInRow, touchPrincipal } from "@kalends/store";
import { findDomain } from "../find.js";
import {
  type Directory,
  type DirectorySignIn,
  DirectoryUnavailable,
  type Person,
  type TypedName,
} from "./directory.js";
import { enrol } from "./enrol.js";

export interface DirectorySignInOptions {
  readonly db: Database;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly directory: Directory;
  /** The domain whose people the directory knows. */
  readonly domain: string;
  readonly rememberedMs: number;
  /** How long an app password works before the directory is asked whether the person is still there. */
  readonly refreshMs: number;
}

/** Lets a directory check passwords of accounts that have none here, and tells this server who they are. */
export function createDirectorySignIn(options: DirectorySignInOptions): DirectorySignIn {
  const { db, clock, directory, domain, rememberedMs, refreshMs } = options;

  const enrolled = (person: Person): Promise<SignInRow | undefined> =>
    enrol(db, { domain, person, source: "directory", now: clock() });

  const age = ({ refreshedAt }: SignInRow): number => (refreshedAt === null ? Infinity : clock() - refreshedAt);

  /** The name to look for; undefined where it is of another domain, or of no person. */
  async function nameFor(
    row: SignInRow | undefined,
    typed: { readonly login: string; readonly domain: string | null },
    host: { readonly name: string } | null,
  ): Promise<TypedName | undefined> {
    if (row) {
      return row.kind === "user" && row.domain === domain
        ? { login: row.login, address: `${row.login}@${domain}` }
        : undefined;
    }
    const named = typed.domain ?? host?.name;
    if (typed.login === "" || named === undefined || /\0/.test(typed.login + named)) return undefined;
    const found = await findDomain(db, named);
    return found?.name === domain ? { login: typed.login, address: `${typed.login}@${domain}` } : undefined;
  }

  return Object.freeze<DirectorySignIn>({
    rememberedMs,
    async signIn(row, basic, host) {
      const name = await nameFor(row, basic, host);
      const person = name && (await directory.verify(name, basic.password));
      return person && enrolled(person);
    },
    async isStillThere(row) {
      if (row.source !== "directory" || age(row) < refreshMs) return true;
      try {
        const person = await directory.find({ login: row.login, address: `${row.login}@${row.domain}` });
        if (person) await enrolled(person);
        return person !== undefined;
      } catch (error) {
        if (!(error instanceof DirectoryUnavailable)) throw error;
        // Asked again soon, and not with every request.
        await db.rows(touchPrincipal(row.id, clock() - refreshMs + Math.min(refreshMs, rememberedMs)));
        return true;
      }
    },
  });
}
