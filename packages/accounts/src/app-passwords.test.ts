import { randomBytes } from "node:crypto";
import { ALL_RIGHTS, maskOf } from "@kalends/acl";
import { type CollectionId, sql } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { openDesk } from "../test/desk.js";
import { createAppPassword, listAppPasswords, type NewAppPassword } from "./app-passwords.js";
import { DirectoryError } from "./names.js";

const desk = openDesk();
const { ask } = desk;

describe("app passwords", () => {
  const make = (given: Omit<NewAppPassword, "label"> = {}) =>
    createAppPassword(desk.db, randomBytes, desk.ann, { label: "Phone", ...given });
  const requester = async (secret: string, address?: string) => {
    const result = await ask("ann", secret, address);
    return result.ok ? result.requester : null;
  };

  it("sign in without bcrypt until they expire, and note their use", async () => {
    const secret = await make({ expiresAt: desk.now + 120_000 });
    expect((await ask("ann", secret)).ok).toBe(true);
    expect(desk.checks).toBe(0);
    expect((await listAppPasswords(desk.db, desk.ann))[0]?.lastUsedAt).toBe(desk.now);
    expect((await ask("ann", `${secret}x`)).ok).toBe(false);
    expect((await ask("ann@other.example", secret)).ok).toBe(false);
    desk.now += 180_000;
    expect((await ask("ann", secret)).ok).toBe(false);
  });

  it("are not remembered beyond their end", async () => {
    const secret = await make({ expiresAt: desk.now + 30_000 });
    expect((await ask("ann", secret)).ok).toBe(true);
    desk.now += 29_999;
    expect((await ask("ann", secret)).ok).toBe(true);
    desk.now += 1;
    expect((await ask("ann", secret)).ok).toBe(false);
  });

  it("note their use rarely, so that signing in does not write", async () => {
    const secret = await make();
    const used = async () => (await listAppPasswords(desk.db, desk.ann))[0]?.lastUsedAt;
    await ask("ann", secret);
    const first = desk.now;
    desk.now += 299_999;
    await ask("ann", secret);
    expect(await used()).toBe(first);
    desk.now += 60_001;
    await ask("ann", secret);
    expect(await used()).toBe(desk.now);
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
    const rows = await desk.db.rows(sql`select row_to_json(c)::text as row from credential c`);
    const log = await desk.db.rows(sql`select row_to_json(a)::text as row from audit a`);
    expect(JSON.stringify([...rows, ...log])).not.toContain(secret.slice(4));
  });
});
