import { countingStatements, type DomainId } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { openDesk, PASSWORD, passwords, wrong } from "../test/desk.js";
import { createAccount, setPassword } from "./accounts.js";
import { readAudit } from "./audit.js";
import type { KnownSignIn } from "./sign-in-memory.js";

const desk = openDesk();
const { ask, signIn } = desk;

describe("remembered sign-ins", () => {
  it("cost neither a statement nor a hash, until they are old", async () => {
    await ask("ann");
    expect(desk.checks).toBe(1);
    expect((await countingStatements(() => ask("ann"))).count).toBe(0);
    expect(desk.checks).toBe(1);
    desk.now += 60_000;
    await ask("ann");
    expect(desk.checks).toBe(2);
  });

  it("belong to one name, password and domain", async () => {
    await ask("ann");
    expect(await ask("ann", `${PASSWORD}x`)).toEqual(wrong);
    const elsewhere = { id: (desk.domain.id + 1) as DomainId, name: "other.example" };
    expect(await desk.sender.authenticate({ ...signIn("ann"), domain: elsewhere })).toEqual(wrong);
  });

  it("are good until they are forgotten", async () => {
    const id = await createAccount(desk.db, passwords, { login: "carl", domain: "mail.example", password: PASSWORD });
    const before = await ask("carl");
    await setPassword(desk.db, passwords, id, "new password");
    expect(await ask("carl")).toEqual(before);
    desk.sender.forget({ id });
    expect(await ask("carl")).toEqual(wrong);
    const after = await ask("carl", "new password");
    expect(before.ok && after.ok && after.requester.epoch - before.requester.epoch).toBe(1);
    desk.checks = 0;
    desk.sender.forget({ id });
    await ask("carl", "new password");
    expect(desk.checks).toBe(1);
  });

  it("are checked once when a client opens several connections", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => ask("ann")));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(desk.checks).toBe(1);
  });

  it("are taken from another process with the same key, and told to it", async () => {
    const told: KnownSignIn[] = [];
    const others = { key: new Uint8Array(32), tell: (known: KnownSignIn) => void told.push(known) };
    const [one, other] = [desk.open({ others }), desk.open({ others })];
    const found = await one.authenticate(signIn("ann"));
    expect(JSON.stringify(told)).not.toContain(PASSWORD);
    told.forEach(other.learn);
    expect(await other.authenticate(signIn("ann"))).toEqual(found);
    expect(desk.checks).toBe(1);
    expect((await other.authenticate(signIn("ann", "wrong"))).ok).toBe(false);
    other.forget({ id: desk.ann });
    expect(await other.authenticate(signIn("ann"))).toEqual(found);
    expect(told).toHaveLength(2);
  });

  it("note a second program that uses what another one is remembered for", async () => {
    const first = { ...signIn("ann"), agent: "Calendar One" };
    const second = { ...signIn("ann"), agent: "Calendar Two" };
    for (const by of [first, second, first, second]) expect((await desk.sender.authenticate(by)).ok).toBe(true);
    expect(desk.checks).toBe(1);
    const agents = (await readAudit(desk.db, { principal: desk.ann, limit: 1_000 })).map(({ agent }) => agent);
    expect(agents.filter((agent) => agent?.startsWith("Calendar"))).toHaveLength(2);
  });
});
