import { randomBytes } from "node:crypto";
import { ALL_RIGHTS, maskOf } from "@kalends/acl";
import {
  type CollectionId,
  coreMigrations,
  countingStatements,
  type Database,
  type DomainId,
  migrate,
  openDatabase,
  type PrincipalId,
  sql,
} from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addAccountAlias, createAccount, setEnabled, setPassword } from "./accounts.js";
import { createAppPassword, listAppPasswords, type NewAppPassword } from "./app-passwords.js";
import { readAudit } from "./audit.js";
import { type Authenticator, createAuthenticator, type KnownSignIn } from "./authenticate.js";
import { addDomainAlias, createDomain } from "./domains.js";
import { DirectoryError } from "./names.js";
import { createPasswords, type Passwords, PasswordsBusy } from "./passwords.js";
import type { SignInResult } from "./sign-in-result.js";
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
  ...passwords,
  verify: (password, hash) => {
    checks++;
    return passwords.verify(password, hash);
  },
};

const make = (using: Passwords = counting) => {
  const clock = () => now;
  const throttle = createThrottle({ db, clock, limit: 3 });
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
const wrong = { ok: false, reason: "wrong", scheme: "basic" };

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
beforeEach(async () => {
  await db.rows(sql`delete from sign_in_failure`);
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
          limit: null,
          credential: "password",
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

  it("takes what another process with the same key has checked, and tells what it checked itself", async () => {
    const clock = () => now;
    const told: KnownSignIn[] = [];
    const others = { key: new Uint8Array(32), tell: (known: KnownSignIn) => void told.push(known) };
    const process = () =>
      createAuthenticator({ db, clock, random, throttle: createThrottle({ db, clock }), passwords: counting, others });
    const [one, other] = [process(), process()];
    const found = await one.authenticate(signIn("ann"));
    expect(JSON.stringify(told)).not.toContain(PASSWORD);
    told.forEach(other.learn);
    expect(await other.authenticate(signIn("ann"))).toEqual(found);
    expect(checks).toBe(1);
    expect((await other.authenticate(signIn("ann", "wrong"))).ok).toBe(false);
    other.forget({ id: ann });
    expect(await other.authenticate(signIn("ann"))).toEqual(found);
    expect(told).toHaveLength(2);
  });

  it("notes a second program that uses what another one is remembered for", async () => {
    const first = { ...signIn("ann"), agent: "Calendar One" };
    const second = { ...signIn("ann"), agent: "Calendar Two" };
    for (const by of [first, second, first, second]) expect((await sender.authenticate(by)).ok).toBe(true);
    expect(checks).toBe(1);
    const agents = (await readAudit(db, { principal: ann, limit: 1_000 })).map(({ agent }) => agent);
    expect(agents.filter((agent) => agent?.startsWith("Calendar"))).toHaveLength(2);
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

  it("answers alike, and as slowly, for unknown names, wrong passwords and accounts without one (CGP-15)", async () => {
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

  it("refuses disabled accounts alike (CGP-15)", async () => {
    const id = await createAccount(db, passwords, { login: "gone", domain: "mail.example", password: PASSWORD });
    const app = await createAppPassword(db, random, id, { label: "x" });
    await setEnabled(db, id, false);
    expect(await ask("gone")).toEqual(wrong);
    expect(await ask("gone", app)).toEqual(wrong);
    expect(checks).toBe(2);
  });

  it("never accepts a wrong password", async () => {
    sender = createAuthenticator({
      db,
      clock: () => now,
      random,
      passwords,
      throttle: createThrottle({ db, clock: () => now, limit: 1e6 }),
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
    expect(await ask("ann@mail.example", "wrong again")).toMatchObject({ reason: "throttled", retryAfter: 900 });
    expect(await ask("ann")).toMatchObject({ reason: "throttled" });
    expect(checks).toBe(0);
    now += 900_000;
    expect((await ask("ann")).ok).toBe(true);
  });

  it("is stopped for names that do not exist too (CGP-15)", async () => {
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
    for (let n = 0; n < 5; n++) expect(await ask("ann")).toMatchObject({ reason: "throttled", retryAfter: 5 });
    full = false;
    expect((await ask("ann")).ok).toBe(true);
  });
});

describe("app passwords", () => {
  const make = (given: Omit<NewAppPassword, "label"> = {}) =>
    createAppPassword(db, randomBytes, ann, { label: "Phone", ...given });
  const requester = async (secret: string, address?: string) => {
    const result = await ask("ann", secret, address);
    return result.ok ? result.requester : null;
  };

  it("sign in without bcrypt until they expire, and note their use", async () => {
    const secret = await make({ expiresAt: now + 120_000 });
    expect((await ask("ann", secret)).ok).toBe(true);
    expect(checks).toBe(0);
    expect((await listAppPasswords(db, ann))[0]?.lastUsedAt).toBe(now);
    expect((await ask("ann", `${secret}x`)).ok).toBe(false);
    expect((await ask("ann@other.example", secret)).ok).toBe(false);
    now += 180_000;
    expect((await ask("ann", secret)).ok).toBe(false);
  });

  it("are not remembered beyond their end", async () => {
    const secret = await make({ expiresAt: now + 30_000 });
    expect((await ask("ann", secret)).ok).toBe(true);
    now += 29_999;
    expect((await ask("ann", secret)).ok).toBe(true);
    now += 1;
    expect((await ask("ann", secret)).ok).toBe(false);
  });

  it("note their use rarely, so that signing in does not write", async () => {
    const secret = await make();
    const used = async () => (await listAppPasswords(db, ann))[0]?.lastUsedAt;
    await ask("ann", secret);
    const first = now;
    now += 299_999;
    await ask("ann", secret);
    expect(await used()).toBe(first);
    now += 60_001;
    await ask("ann", secret);
    expect(await used()).toBe(now);
  });

  it("give a limit to the requester, and never administer", async () => {
    expect(await requester(await make())).toMatchObject({ limit: null, isAdmin: true });
    const reading = await requester(await make({ scope: { access: "read" } }));
    expect(reading).toMatchObject({ isAdmin: false, limit: { rights: maskOf("l", "r", "9"), collections: null } });
    const one = await requester(await make({ scope: { collections: [7 as CollectionId] } }));
    expect(one).toMatchObject({ isAdmin: false, limit: { rights: ALL_RIGHTS, collections: [7] } });
    const none = await requester(await make({ scope: { access: "free-busy" } }));
    expect(none?.limit).toMatchObject({ rights: 0, freeBusyUpload: true });
  });

  it("work from their networks alone, also while they are remembered", async () => {
    const secret = await make({ scope: { networks: ["192.0.2.0/24", "2001:db8::/32"] } });
    expect((await ask("ann", secret, "198.51.100.1")).ok).toBe(false);
    expect((await ask("ann", secret, "192.0.2.9")).ok).toBe(true);
    expect((await ask("ann", secret, "198.51.100.1")).ok).toBe(false);
    expect((await ask("ann", secret, "2001:db8::9")).ok).toBe(true);
    expect((await ask("ann", secret, "192.0.2.9")).ok).toBe(true);
  });

  it("are refused with a scope that means nothing", async () => {
    for (const scope of [
      { networks: ["here"] },
      { access: "free-busy" as const, collections: [1 as CollectionId] },
      { networks: Array.from({ length: 51 }, () => "10.0.0.0/8") },
    ])
      await expect(make({ scope })).rejects.toBeInstanceOf(DirectoryError);
  });

  it("work while the account is locked or its address held off, and are kept as a hash only", async () => {
    const secret = await make();
    for (const n of [1, 2, 3, 4]) await ask("ann", `wrong ${n}`);
    expect(await ask("ann")).toMatchObject({ reason: "throttled" });
    expect((await ask("ann", secret)).ok).toBe(true);
    const rows = await db.rows(sql`select row_to_json(c)::text as row from credential c`);
    const log = await db.rows(sql`select row_to_json(a)::text as row from audit a`);
    expect(JSON.stringify([...rows, ...log])).not.toContain(secret.slice(4));
  });
});

describe("hashes of another cost", () => {
  it("are made anew at the next sign-in, which voids nothing", async () => {
    const dear = createPasswords({ cost: 5 });
    const id = await createAccount(db, dear, { login: "dora", domain: "mail.example", password: PASSWORD });
    const state = () =>
      db.one<{ hash: string; epoch: number }>(sql`
        select hash, credential_epoch as epoch from credential c join principal p on p.id = c.principal_id
        where p.id = ${id}`);
    const before = await state();
    expect((await ask("dora", "wrong")).ok).toBe(false);
    expect(await state()).toEqual(before);
    expect((await ask("dora")).ok).toBe(true);
    const after = await state();
    expect([before?.hash.slice(4, 6), after?.hash.slice(4, 6)]).toEqual(["05", "04"]);
    expect(after?.epoch).toBe(before?.epoch);
    sender.forget({ id });
    expect((await ask("dora")).ok).toBe(true);
  });
});

describe("the audit log of sign-ins", () => {
  const entries = async (kind: string) =>
    (await readAudit(db, { kind, limit: 1000 })).map(({ account, actor, address, times, detail }) => ({
      account,
      actor,
      address,
      times,
      detail,
    }));
  beforeEach(() => db.rows(sql`delete from audit`));

  it("tells of a program once, whatever its version, and of others beside it", async () => {
    await createAccount(db, passwords, { login: "fay", domain: "mail.example", password: PASSWORD });
    await db.rows(sql`delete from audit`);
    const from = (agent: string) => sender.authenticate({ ...signIn("fay"), agent });
    for (const agent of ["Reader/1.0", "Reader/1.1", "Other/7"]) {
      sender = make();
      expect((await from(agent)).ok).toBe(true);
    }
    expect(await entries("sign-in")).toEqual(
      ["Reader", "Other"].map(() => ({
        account: "fay@mail.example",
        actor: "fay@mail.example",
        address: "10.0.0.1",
        times: 1,
        detail: "with password",
      })),
    );
  });

  it("counts failures by the hour, names nobody who does not exist, and tells of a lock", async () => {
    const typed = "my secret password";
    for (let n = 0; n < 20; n++) await ask("ann", `wrong ${n}`, `10.0.${n}.1`);
    await ask(typed, "wrong", "10.9.0.1");
    await ask("ann", "wrong again", "10.0.1.1");
    const failed = await entries("sign-in.failed");
    expect(failed.find(({ address }) => address === "10.0.1.1")).toMatchObject({
      account: "ann@mail.example",
      times: 1,
    });
    expect(failed.find(({ address }) => address === "10.9.0.1")?.account).toBe("(unknown)");
    expect(JSON.stringify(failed)).not.toMatch(/secret|wrong \d/);
    expect(await entries("sign-in.locked")).toEqual([
      expect.objectContaining({ account: "ann@mail.example", times: 1 }),
    ]);
    now += 3_600_000;
    for (const n of [1, 2]) await ask("ann", `wrong ${n}`, "10.0.1.1");
    expect((await entries("sign-in.failed")).at(-1)).toMatchObject({ address: "10.0.1.1", times: 2 });
  });
});
