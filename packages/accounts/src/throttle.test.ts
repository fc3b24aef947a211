import { coreMigrations, type Database, migrate, openDatabase, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createThrottle, type ThrottleOptions } from "./throttle.js";

let db: Database;
let now: number;
beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
});
afterAll(() => db?.close());
beforeEach(async () => {
  now = 1_000_000;
  await db.rows(sql`delete from sign_in_failure`);
});

const make = (options: Partial<ThrottleOptions> = {}) => {
  const throttle = createThrottle({ db, clock: () => now, limit: 3, windowMs: 60_000, capacity: 10, ...options });
  const allowed = async (address: string, account: string) => (await throttle.take(address, account)).allowed;
  const fail = async (address: string, account: string) =>
    (await allowed(address, account)) && (await throttle.failed(address, account), true);
  return { ...throttle, allowed, fail };
};

describe("the throttle of sign-ins", () => {
  it("refuses after so many failures, says when to come back, and then counts anew", async () => {
    const { fail, take, allowed } = make();
    for (let n = 0; n < 3; n++) {
      expect(await fail("10.0.0.1", "ann")).toBe(true);
      now += 10_000;
    }
    expect(await take("10.0.0.1", "ann")).toEqual({ allowed: false, retryAfter: 50 });
    now += 49_000;
    expect(await allowed("10.0.0.1", "ann")).toBe(false);
    now += 1_000;
    for (let n = 0; n < 3; n++) expect(await fail("10.0.0.1", "ann")).toBe(true);
    expect(await allowed("10.0.0.1", "ann")).toBe(false);
  });

  it("counts per address and account, a whole IPv6 /64 as one address", async () => {
    const { fail } = make({ limit: 1 });
    expect(await fail("2001:db8:0:1::1", "ann")).toBe(true);
    expect(await fail("2001:0db8:0000:0001:ffff::2", "ann")).toBe(false);
    expect(await fail("2001:db8:0:2::1", "ann")).toBe(true);
    expect(await fail("2001:db8:0:1::1", "bob")).toBe(true);
  });

  it("locks an account that is guessed at from many addresses, for as long as it is told, and says so once", async () => {
    const { take, failed, allowed } = make({ accountLimit: 5, lockMs: 300_000 });
    const locks: boolean[] = [];
    for (let n = 0; n < 5; n++) {
      now += 1_000;
      expect(await allowed(`10.0.0.${n}`, "ann")).toBe(true);
      locks.push(await failed(`10.0.0.${n}`, "ann"));
    }
    expect(locks).toEqual([false, false, false, false, true]);
    expect(await take("10.0.1.1", "ann")).toEqual({ allowed: false, retryAfter: 300 });
    expect(await allowed("10.0.1.1", "bob")).toBe(true);
    now += 299_000;
    expect(await allowed("10.0.1.1", "ann")).toBe(false);
    now += 1_000;
    expect(await allowed("10.0.1.1", "ann")).toBe(true);
  });

  it("refuses an address that tries many accounts", async () => {
    const { fail } = make({ addressLimit: 4 });
    for (let n = 0; n < 4; n++) expect(await fail("10.0.0.1", `user${n}`)).toBe(true);
    expect(await fail("10.0.0.1", "user5")).toBe(false);
    expect(await fail("10.0.0.2", "user5")).toBe(true);
  });

  it("lets of many at once only as many through as are allowed", async () => {
    const { allowed, giveBack } = make();
    const first = await Promise.all(Array.from({ length: 10 }, () => allowed("10.0.0.1", "ann")));
    expect(first.filter(Boolean)).toHaveLength(3);
    giveBack("10.0.0.1", "ann");
    expect(await allowed("10.0.0.1", "ann")).toBe(true);
    expect(await allowed("10.0.0.1", "ann")).toBe(false);
  });

  it("forgets the failures from one address after a success there, not those of the account", async () => {
    const { allowed, fail, succeeded } = make({ accountLimit: 4 });
    for (let n = 0; n < 2; n++) await fail("a", "ann");
    await allowed("a", "ann");
    await succeeded("a", "ann");
    for (let n = 0; n < 2; n++) expect(await fail("a", "ann")).toBe(true);
    expect(await allowed("a", "ann")).toBe(false);
  });

  it("is one for all processes: the table is the truth", async () => {
    const [here, there] = [make(), make()];
    for (let n = 0; n < 3; n++) await here.fail("10.0.0.1", "ann");
    expect(await there.allowed("10.0.0.1", "ann")).toBe(false);
    await db.rows(sql`delete from sign_in_failure`);
    now += 5_000;
    expect(await here.allowed("10.0.0.1", "ann")).toBe(true);
  });

  it("refuses from memory alone while it is sure, so that a flood costs no statements", async () => {
    let statements = 0;
    const counted = { rows: db.rows.bind(db), one: db.one.bind(db) };
    const counting: typeof counted = {
      ...counted,
      rows: (q) => {
        statements++;
        return counted.rows(q);
      },
    };
    const { fail, allowed } = make({ db: counting });
    for (let n = 0; n < 3; n++) await fail("10.0.0.1", "ann");
    statements = 0;
    for (let n = 0; n < 1000; n++) expect(await allowed("10.0.0.1", "ann")).toBe(false);
    expect(statements).toBe(0);
  });

  it("still holds when memory is full of other names", async () => {
    const { fail, allowed } = make({ limit: 1, addressLimit: 1e6 });
    await fail("10.0.0.1", "first");
    for (let n = 0; n < 100; n++) await fail("10.0.0.1", `other${n}`);
    expect(await allowed("10.0.0.1", "first")).toBe(false);
  });
});
