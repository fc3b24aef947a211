import { sql } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { openDesk, PASSWORD, passwords, wrong } from "../test/desk.js";
import { createAccount } from "./accounts.js";
import { createPasswords, type Passwords, PasswordsBusy } from "./passwords.js";

const desk = openDesk();
const { ask } = desk;

describe("guessing", () => {
  it("is stopped before the hash is computed, under whatever name", async () => {
    for (const name of ["ann", "annie", "ann@alias.example"]) expect(await ask(name, `wrong ${name}`)).toEqual(wrong);
    desk.checks = 0;
    expect(await ask("ann@mail.example", "wrong again")).toMatchObject({ reason: "throttled", retryAfter: 900 });
    expect(await ask("ann")).toMatchObject({ reason: "throttled" });
    expect(desk.checks).toBe(0);
    desk.now += 900_000;
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
    const verify: Passwords["verify"] = (a, b) => (full ? Promise.reject(new PasswordsBusy()) : passwords.verify(a, b));
    desk.sender = desk.open({ passwords: { ...passwords, verify } });
    for (let n = 0; n < 5; n++) expect(await ask("ann")).toMatchObject({ reason: "throttled", retryAfter: 5 });
    full = false;
    expect((await ask("ann")).ok).toBe(true);
  });
});

describe("hashes of another cost", () => {
  it("are made anew at the next sign-in, which voids nothing", async () => {
    const dear = createPasswords({ cost: 5 });
    const id = await createAccount(desk.db, dear, { login: "dora", domain: "mail.example", password: PASSWORD });
    const state = () =>
      desk.db.one<{ hash: string; epoch: number }>(sql`
        select hash, credential_epoch as epoch from credential c join principal p on p.id = c.principal_id
        where p.id = ${id}`);
    const before = await state();
    expect((await ask("dora", "wrong")).ok).toBe(false);
    expect(await state()).toEqual(before);
    expect((await ask("dora")).ok).toBe(true);
    const after = await state();
    expect([before?.hash.slice(4, 6), after?.hash.slice(4, 6)]).toEqual(["05", "04"]);
    expect(after?.epoch).toBe(before?.epoch);
    desk.sender.forget({ id });
    expect((await ask("dora")).ok).toBe(true);
  });
});
