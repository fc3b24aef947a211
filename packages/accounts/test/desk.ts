import {
  coreMigrations,
  type Database,
  type DomainId,
  migrate,
  openDatabase,
  type PrincipalId,
  sql,
} from "@kalends/store";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { addAccountAlias, createAccount } from "../src/accounts.js";
import { type Authenticator, type AuthenticatorOptions, createAuthenticator } from "../src/authenticate.js";
import { addDomainAlias, createDomain } from "../src/domains.js";
import { createPasswords, type Passwords } from "../src/passwords.js";
import type { SignIn, SignInResult } from "../src/sign-in-result.js";
import { createThrottle, type ThrottleOptions } from "../src/throttle.js";

export const PASSWORD = "correct horse";
export const passwords = createPasswords({ cost: 4 });
export const random = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, n) => n * 13);
export const wrong = { ok: false, reason: "wrong", scheme: "basic" };

const header = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

/** Where people of two domains sign in. Each test finds a new authenticator there, and no failures. */
export interface Desk {
  db: Database;
  ann: PrincipalId;
  domain: { id: DomainId; name: string };
  /** Epoch milliseconds. */
  now: number;
  /** How many passwords were verified. */
  checks: number;
  /** Verifies, and counts. */
  readonly counting: Passwords;
  sender: Authenticator;
  open(options?: Partial<AuthenticatorOptions>, throttle?: Partial<ThrottleOptions>): Authenticator;
  signIn(name: string, password?: string, address?: string): SignIn;
  ask(name: string, password?: string, address?: string): Promise<SignInResult>;
}

async function people(db: Database): Promise<Pick<Desk, "db" | "ann" | "domain">> {
  await migrate(db, coreMigrations());
  const domain = { id: await createDomain(db, "mail.example"), name: "mail.example" };
  await createDomain(db, "other.example");
  await addDomainAlias(db, "mail.example", "alias.example");
  const own = { login: "ann", domain: "mail.example" };
  const ann = await createAccount(db, passwords, { ...own, password: PASSWORD, isAdmin: true });
  await addAccountAlias(db, own.login, own.domain, "annie");
  await createAccount(db, passwords, { login: "ann", domain: "other.example", password: "another secret" });
  await createAccount(db, passwords, { login: "room", domain: "mail.example", kind: "resource" });
  return { db, ann, domain };
}

/** Opens it before the tests of a file and closes it after them. */
export function openDesk(): Desk {
  const desk = {
    now: 0,
    checks: 0,
    counting: {
      ...passwords,
      verify(password, hash) {
        desk.checks++;
        return passwords.verify(password, hash);
      },
    },
    open(options = {}, throttled = {}) {
      const [db, clock] = [desk.db, () => desk.now];
      const throttle = createThrottle({ db, clock, limit: 3, ...throttled });
      const limits = { rememberedMs: 60_000 };
      return createAuthenticator({ db, clock, random, throttle, passwords: desk.counting, limits, ...options });
    },
    signIn: (name, password = PASSWORD, address = "10.0.0.1") => ({
      authorization: header(name, password),
      address,
      domain: desk.domain,
    }),
    ask: (name, password, address) => desk.sender.authenticate(desk.signIn(name, password, address)),
  } as Desk;
  beforeAll(async () => {
    Object.assign(desk, await people(await openDatabase({ url: "embedded:memory" })));
  });
  afterAll(() => desk.db?.close());
  beforeEach(async () => {
    await desk.db.rows(sql`delete from sign_in_failure`);
    Object.assign(desk, { now: 1_700_000_000_000, checks: 0, sender: desk.open() });
  });
  return desk;
}
