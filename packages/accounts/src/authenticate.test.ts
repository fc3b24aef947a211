import {
  coreMigrations,
  countingStatements,
  type Database,
  type DomainId,
  migrate,
  openDatabase,
  type PrincipalId,
} from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addAccountAlias, createAccount, setEnabled, setPassword } from "./accounts.js";
import { createAppPassword, listAppPasswords } from "./app-passwords.js";
import { type Authenticator, createAuthenticator, type SignInResult } from "./authenticate.js";
import { addDomainAlias, createDomain } from "./domains.js";
import { createPasswords, type Passwords, PasswordsBusy } from "./passwords.js";
import { createThrottle } from "./throttle.js";

const passwords = createPasswords({ cost: 4 });
const random = (count: number) => Uint8Array.from({ length: count }, (_, n) => n * 13);
const PASSWORD = "correct horse";
let db: Database;
let ann: PrincipalId;
let domain: { id: DomainId; name: string };
let now: number;
let checks: number;
let sender: Authenticator;

const counting: Passwords = {
  hash: passwords.hash,
  verify: (password, hash) => {
    checks++;
    return passwords.verify(password, hash);
  },
};

const make = (using: Passwords = counting) => {
  const clock = () => now;
  const throttle = createThrottle({ clock, limit: 3 });
  return createAuthenticator({ db, clock, random, throttle, passwords: using, limits: { rememberedMs: 60_000 } });
};
const header = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
const signIn = (name: string, password = PASSWORD, address = "10.0.0.1") => ({
  authorization: header(name, password),
  address,
  domain,
});
const ask = (name: string, password?: string, address?: string): Promise<SignInResult> =>
  sender.authenticate(signIn(name, password, address));
const wrong = { ok: false, reason: "wrong" };

beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
  domain = { id: await createDomain(db, "mail.example"), name: "mail.example" };
  await createDomain(db, "other.example");
  await addDomainAlias(db, "mail.example", "alias.example");
  ann = await createAccount(db, passwords, { login: "ann", domain: "mail.example", password: PASSWORD, isAdmin: true });
  await addAccountAlias(db, "ann", "mail.example", "annie");
  await createAccount(db, passwords, { login: "ann", domain: "other.example", password: "another secret" });
  await createAccount(db, passwords, { login: "room", domain: "mail.example", kind: "resource" });
});
afterAll(() => db?.close());
beforeEach(() => {
  now = 1_700_000_000_000;
  checks = 0;
  sender = make();
});

describe("signing in", () => {
  it("gives the requester, by any name the account goes by (RFC 7617)", async () => {
    for (const name of ["ann", "ANN", "ann@mail.example", "Ann@Mail.Example", "annie", "annie@alias.example"]) {
      expect(await ask(name)).toEqual({
        ok: true,
        requester: {
          id: ann,
          domainId: domain.id,
          domain: "mail.example",
          kind: "user",
          login: "ann",
          epoch: expect.any(Number),
          isAdmin: true,
        },
      });
    }
  });

  it("keeps accounts of the same name in other domains apart", async () => {
    expect(await ask("ann@other.example")).toEqual(wrong);
    expect(await ask("ann@other.example", "another secret")).toMatchObject({ requester: { domain: "other.example" } });
    expect(await sender.authenticate({ ...signIn("ann"), domain: null })).toEqual(wrong);
    expect((await sender.authenticate({ ...signIn("ann@mail.example"), domain: null })).ok).toBe(true);
  });

  it("takes requests without credentials for what they are, and never counts them", async () => {
    for (const authorization of [undefined, "Bearer x", "Basic !"])
      for (let n = 0; n < 5; n++)
        expect(await sender.authenticate({ authorization, address: "10.0.0.1", domain })).toEqual({
          ok: false,
          reason: "none",
        });
    expect((await ask("ann")).ok).toBe(true);
  });

  it("answers alike, and as slowly, for unknown names, wrong passwords and accounts without one", async () => {
    for (const name of [
      "nobody",
      "nobody@mail.example",
      "x@nowhere.example",
      "room",
      "",
      "a\0b",
      "ann@other.example",
    ]) {
      checks = 0;
      expect(await ask(name)).toEqual(wrong);
      expect(checks).toBe(1);
    }
  });

  it("refuses disabled accounts alike", async () => {
    const id = await createAccount(db, passwords, { login: "gone", domain: "mail.example", password: PASSWORD });
    const app = await createAppPassword(db, random, id, { label: "x" });
    await setEnabled(db, id, false);
    expect(await ask("gone")).toEqual(wrong);
    expect(await ask("gone", app)).toEqual(wrong);
    expect(checks).toBe(1);
  });

  it("never accepts a wrong password", async () => {
    sender = createAuthenticator({
      db,
      clock: () => now,
      random,
      passwords,
      throttle: createThrottle({ clock: () => now, limit: 1e6 }),
    });
    const near = fc.constantFrom("", " ", "\0", "x").map((tail) => PASSWORD + tail);
    const guess = fc.oneof(fc.string(), fc.string({ unit: "binary" }), near).filter((text) => text !== PASSWORD);
    await fc.assert(
      fc.asyncProperty(guess, fc.boolean(), async (password, signedInBefore) => {
        if (signedInBefore) await ask("ann");
        expect((await ask("ann", password)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe("remembered sign-ins", () => {
  it("cost neither a statement nor a hash, until they are old", async () => {
    await ask("ann");
    expect(checks).toBe(1);
    expect((await countingStatements(() => ask("ann"))).count).toBe(0);
    expect(checks).toBe(1);
    now += 60_000;
    await ask("ann");
    expect(checks).toBe(2);
  });

  it("belong to one name, password and domain", async () => {
    await ask("ann");
    expect(await ask("ann", `${PASSWORD}x`)).toEqual(wrong);
    const elsewhere = { id: (domain.id + 1) as DomainId, name: "other.example" };
    expect(await sender.authenticate({ ...signIn("ann"), domain: elsewhere })).toEqual(wrong);
  });

  it("are good until they are forgotten", async () => {
    const id = await createAccount(db, passwords, { login: "carl", domain: "mail.example", password: PASSWORD });
    const before = await ask("carl");
    await setPassword(db, passwords, id, "new password");
    expect(await ask("carl")).toEqual(before);
    sender.forget({ id });
    expect(await ask("carl")).toEqual(wrong);
    const after = await ask("carl", "new password");
    expect(before.ok && after.ok && after.requester.epoch - before.requester.epoch).toBe(1);
    checks = 0;
    sender.forget({ id });
    await ask("carl", "new password");
    expect(checks).toBe(1);
  });

  it("are checked once when a client opens several connections", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => ask("ann")));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(checks).toBe(1);
  });
});

describe("guessing", () => {
  it("is stopped before the hash is computed, under whatever name", async () => {
    for (const name of ["ann", "annie", "ann@alias.example"]) expect(await ask(name, `wrong ${name}`)).toEqual(wrong);
    checks = 0;
    expect(await ask("ann@mail.example", "wrong again")).toEqual({ ok: false, reason: "throttled", retryAfter: 900 });
    expect(await ask("ann")).toMatchObject({ reason: "throttled" });
    expect(checks).toBe(0);
    now += 900_000;
    expect((await ask("ann")).ok).toBe(true);
  });

  it("is stopped for names that do not exist too", async () => {
    for (const n of [1, 2, 3]) await ask("nobody", `wrong ${n}`);
    expect(await ask("nobody", "wrong 4")).toMatchObject({ reason: "throttled" });
  });

  it("does not lock out whoever is signed in, nor other addresses", async () => {
    await ask("ann");
    for (const n of [1, 2, 3, 4]) await ask("ann", `wrong ${n}`);
    expect((await ask("ann")).ok).toBe(true);
    expect((await ask("ann", PASSWORD, "10.0.0.2")).ok).toBe(true);
  });

  it("starts from zero after a success", async () => {
    for (const n of [1, 2]) await ask("ann", `wrong ${n}`);
    await ask("ann");
    for (const n of [3, 4, 5]) expect(await ask("ann", `wrong ${n}`)).toEqual(wrong);
  });

  it("counts nothing while too many passwords are being checked", async () => {
    let full = true;
    sender = make({
      ...passwords,
      verify: (a, b) => (full ? Promise.reject(new PasswordsBusy()) : passwords.verify(a, b)),
    });
    for (let n = 0; n < 5; n++) expect(await ask("ann")).toEqual({ ok: false, reason: "throttled", retryAfter: 5 });
    full = false;
    expect((await ask("ann")).ok).toBe(true);
  });
});

describe("app passwords", () => {
  it("sign in without bcrypt until they expire, and note their use", async () => {
    const secret = await createAppPassword(db, random, ann, { label: "Phone", expiresAt: now + 120_000 });
    expect((await ask("ann", secret)).ok).toBe(true);
    expect(checks).toBe(0);
    expect((await listAppPasswords(db, ann))[0]?.lastUsedAt).toBe(now);
    expect((await ask("ann", `${secret}x`)).ok).toBe(false);
    expect((await ask("ann@other.example", secret)).ok).toBe(false);
    now += 180_000;
    expect((await ask("ann", secret)).ok).toBe(false);
  });
});
